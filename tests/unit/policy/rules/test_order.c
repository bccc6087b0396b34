/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/array.h"
#include "policy/rules/order.h"

/* In the order in which they go. */
static const struct order_key keys[] = {
    {INT64_MAX, 50, "z"}, {10, 5, "c"}, {10, 6, "a"}, {10, 6, "b"},
    {0, INT64_MIN, "d"},  {0, 1, "e"},  {-5, 0, "f"}, {INT64_MIN, INT64_MAX, "g"},
};

Test(order, goes_by_priority_then_arrival_then_uid)
{
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        for (size_t j = 0; j < ARRAY_LENGTH(keys); j++) {
            int order = order_compare(&keys[i], &keys[j]);
            cr_assert_eq((order > 0) - (order < 0), (i > j) - (i < j), "%zu and %zu", i, j);
        }
    }
}
