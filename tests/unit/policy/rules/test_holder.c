/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/rules/holder.h"

static struct holder make_holder(void)
{
    struct holder holder = {.uid = "u", .name = "lab/train"};
    struct holder_place place = {0};

    array_append(&place.picks, ((struct placement_pick){3, 2}));
    resources_set(&place.requests, "nvidia.com/gpu", 1);
    array_append(&holder.places, place);
    array_append(&holder.amounts, ((struct quota_amount){0, 2}));
    return holder;
}

/* What it does not free is a leak that the sanitizer finds. */
Test(holder, is_released_with_all_that_it_owns)
{
    struct holder_list list = {0};

    array_append(&list, make_holder());
    array_append(&list, make_holder());
    holder_list_release(&list);
    cr_assert_eq(list.count, 0);
    cr_assert_null(list.items);
    holder_list_release(&list);
}
