/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/condition.h"

#include "tests/unit/kinds/decoded.h"

Test(condition, moves_its_time_with_its_status_only)
{
    struct condition_list list = {0};
    struct condition_list copy = {0};

    condition_list_set(&list, "Admitted", false, "Pending", "waits", 1);
    cr_expect_eq(list.items[0].changed_us, 1);
    condition_list_copy(&list, &copy);
    condition_list_set(&list, "Admitted", false, "Pending", "still waits", 2);
    cr_expect_eq(list.items[0].changed_us, 1);
    cr_expect_not(condition_list_equal(&list, &copy));
    condition_list_set(&list, "Admitted", false, "Pending", "waits", 3);
    cr_expect(condition_list_equal(&list, &copy));
    condition_list_set(&list, "Admitted", true, "Admitted", "", 4);
    cr_expect_eq(list.items[0].changed_us, 4);
    cr_expect_eq(list.count, 1);
    condition_list_release(&list);
    condition_list_release(&copy);
}

Test(condition, keeps_its_message_when_it_ends)
{
    auto_condition_list struct condition_list list = {0};

    condition_list_set(&list, "Evicted", true, "Preempted", "for another", 1);
    condition_list_end(&list, "Evicted", "QuotaReserved", 2);
    cr_expect_not(condition_list_is_true(&list, "Evicted"));
    cr_expect_str_eq(list.items[0].reason, "QuotaReserved");
    cr_expect_str_eq(list.items[0].message, "Previously: for another");
    cr_expect_eq(list.items[0].changed_us, 2);
    condition_list_end(&list, "Evicted", "Again", 3);
    cr_expect_str_eq(list.items[0].reason, "QuotaReserved", "what is over does not end again");
    condition_list_end(&list, "Preempted", "QuotaReserved", 3);
    cr_expect_eq(list.count, 1, "what never was does not end");
}

Test(condition, is_taken_out_by_its_type)
{
    auto_condition_list struct condition_list list = {0};

    condition_list_set(&list, "A", true, "r", "m", 1);
    condition_list_set(&list, "B", true, "r", "m", 1);
    condition_list_remove(&list, "A");
    condition_list_remove(&list, "C");
    cr_expect_eq(list.count, 1);
    cr_expect_null(condition_list_find(&list, "A"));
    cr_expect(condition_list_is_true(&list, "B"));
    cr_expect_not(condition_list_is_true(&list, "A"));
}

Test(condition, is_read_as_it_is_written)
{
    auto_condition_list struct condition_list list = {0};
    auto_condition_list struct condition_list read = {0};

    condition_list_set(&list, "A", true, "r", "m", 1767225600000000);
    condition_list_set(&list, "B", false, "s", "", 1767225600000000);
    json_auto_t *json = condition_list_encode(&list, 3);
    condition_list_decode(json, &read);
    cr_expect(condition_list_equal(&list, &read));
    cr_expect_eq(read.items[0].changed_us, 1767225600000000);
    cr_expect_eq(json_integer_value(json_object_get(json_array_get(json, 0), "observedGeneration")),
                 3);
}
