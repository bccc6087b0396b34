/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/ledger.h"

#include <criterion/criterion.h>

static bool set(struct ledger *ledger, const char *holder, const char *queue, int64_t gpus)
{
    struct charge_list charges = {0};

    usage_add(charge_list_get(&charges, queue), "a100", "gpu", gpus);
    bool is_changed = ledger_set_take(ledger, holder, &charges);
    cr_expect_eq(charges.count, 0);
    cr_expect_null(charges.items);
    return is_changed;
}

static int64_t used(struct ledger *ledger, const char *queue)
{
    auto_usage struct usage usage = {0};

    ledger_get_used(ledger, queue, &usage);
    return usage_get(&usage, "a100", "gpu");
}

Test(ledger, sums_what_all_hold_by_queue)
{
    struct ledger *ledger = ledger_create();

    cr_expect(set(ledger, "one", "main", 2));
    cr_expect(set(ledger, "two", "main", 3));
    cr_expect(set(ledger, "three", "other", 7));
    cr_expect_eq(used(ledger, "main"), 5);
    cr_expect_eq(used(ledger, "other"), 7);
    cr_expect_eq(used(ledger, "unknown"), 0);
    ledger_destroy(ledger);
}

Test(ledger, replaces_what_a_holder_took_before)
{
    struct ledger *ledger = ledger_create();

    set(ledger, "one", "main", 2);
    cr_expect_not(set(ledger, "one", "main", 2), "the same again is no change");
    cr_expect(set(ledger, "one", "other", 4));
    cr_expect_eq(used(ledger, "main"), 0);
    cr_expect_eq(used(ledger, "other"), 4);
    ledger_destroy(ledger);
}

Test(ledger, forgets_a_holder_of_nothing)
{
    struct ledger *ledger = ledger_create();

    cr_expect_not(set(ledger, "one", "main", 0));
    cr_expect_eq(used(ledger, "main"), 0);
    set(ledger, "one", "main", 1);
    cr_expect_eq(used(ledger, "main"), 1);
    cr_expect(set(ledger, "one", "main", 0));
    cr_expect_eq(used(ledger, "main"), 0);
    ledger_destroy(ledger);
}

Test(ledger, keeps_absurd_amounts_from_wrapping)
{
    struct ledger *ledger = ledger_create();

    set(ledger, "one", "main", INT64_MAX);
    set(ledger, "two", "main", INT64_MAX);
    cr_expect_eq(used(ledger, "main"), INT64_MAX);
    ledger_destroy(ledger);
}
