/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "webhook/http/http_budget.h"

Test(http_budget, admits_as_many_connections_as_it_may)
{
    struct http_budget budget;

    http_budget_init(&budget, 2, 100);
    cr_assert(http_budget_enter(&budget));
    cr_assert_not(http_budget_is_crowded(&budget));
    cr_assert(http_budget_enter(&budget));
    cr_assert(http_budget_is_crowded(&budget));
    cr_assert_not(http_budget_enter(&budget));
    http_budget_leave(&budget);
    cr_assert(http_budget_enter(&budget));
}

Test(http_budget, sums_what_was_counted_last_for_each)
{
    struct http_budget budget;
    size_t left_bytes = 0;
    size_t right_bytes = 0;

    http_budget_init(&budget, 2, 100);
    http_budget_count(&budget, &left_bytes, 60);
    http_budget_count(&budget, &right_bytes, 40);
    cr_assert_not(http_budget_is_exceeded(&budget));
    http_budget_count(&budget, &right_bytes, 41);
    cr_assert(http_budget_is_exceeded(&budget));
    http_budget_count(&budget, &left_bytes, 0);
    cr_assert_not(http_budget_is_exceeded(&budget));
    http_budget_count(&budget, &right_bytes, 0);
    cr_assert_eq(budget.input_bytes, 0);
}
