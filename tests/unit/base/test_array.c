/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/array.h"

struct number_list ARRAY_OF(int);

static int sum(const struct number_list *list)
{
    int total = 0;

    array_for_each(number, list) {
        total += *number;
    }
    return total;
}

Test(array, is_empty_when_zeroed)
{
    struct number_list list = {0};

    cr_assert_eq(sum(&list), 0);
    array_release(&list);
}

Test(array, grows_and_keeps_the_order)
{
    struct number_list list = {0};

    for (int i = 0; i < 1000; i++) {
        array_append(&list, i);
    }
    cr_assert_eq(list.count, 1000);
    cr_assert_eq(list.items[999], 999);
    cr_assert_eq(sum(&list), 999 * 1000 / 2);
    array_release(&list);
    cr_assert_null(list.items);
    cr_assert_eq(list.count, 0);
}

Test(array, inserts_at_the_front_the_middle_and_the_end)
{
    struct number_list list = {0};

    array_insert(&list, 0, 30);
    array_insert(&list, 0, 10);
    array_insert(&list, 1, 20);
    array_insert(&list, 3, 40);
    for (int i = 0; i < 4; i++) {
        cr_assert_eq(list.items[i], 10 * (i + 1));
    }
    array_release(&list);
}

Test(array, removes_and_keeps_the_order)
{
    struct number_list list = {0};

    for (int i = 0; i < 5; i++) {
        array_append(&list, i);
    }
    array_remove(&list, 4);
    array_remove(&list, 0);
    array_remove(&list, 1);
    cr_assert_eq(list.count, 2);
    cr_assert_eq(list.items[0], 1);
    cr_assert_eq(list.items[1], 3);
    array_release(&list);
}
