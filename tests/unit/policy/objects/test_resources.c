/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/resources.h"

Test(resources, keeps_amounts_by_name)
{
    auto_resources struct resources resources = {0};

    cr_assert_eq(resources_get(&resources, "cpu"), 0);
    cr_assert_not(resources_has(&resources, "cpu"));
    resources_set(&resources, "memory", 5);
    resources_set(&resources, "cpu", 3);
    resources_set(&resources, "cpu", 4);
    cr_assert_eq(resources.count, 2);
    cr_assert_str_eq(resources.items[0].name, "cpu");
    cr_assert_eq(resources_get(&resources, "cpu"), 4);
    cr_assert(resources_has(&resources, "memory"));
}

Test(resources, adds_until_it_overflows)
{
    auto_resources struct resources sum = {0};
    auto_resources struct resources more = {0};

    resources_set(&more, "cpu", INT64_MAX / 2);
    cr_assert(resources_add(&sum, &more));
    cr_assert(resources_add(&sum, &more));
    cr_assert_eq(resources_get(&sum, "cpu"), INT64_MAX - 1);
    cr_assert_not(resources_add(&sum, &more));
}

Test(resources, raises_to_a_floor)
{
    auto_resources struct resources peak = {0};
    auto_resources struct resources floor = {0};

    resources_set(&peak, "cpu", 5);
    resources_set(&floor, "cpu", 3);
    resources_set(&floor, "memory", 0);
    resources_raise_to(&peak, &floor);
    cr_assert_eq(resources_get(&peak, "cpu"), 5);
    cr_assert(resources_has(&peak, "memory"));
    resources_set(&floor, "cpu", 8);
    resources_raise_to(&peak, &floor);
    cr_assert_eq(resources_get(&peak, "cpu"), 8);
}

Test(resources, equals_another_with_the_same_amounts)
{
    auto_resources struct resources resources = {0};
    auto_resources struct resources copy = {0};

    resources_set(&resources, "cpu", 1);
    resources_set(&resources, "memory", 2);
    resources_set(&copy, "memory", 2);
    resources_set(&copy, "cpu", 1);
    cr_assert(resources_equal(&resources, &copy));
    resources_set(&copy, "memory", 3);
    cr_assert_not(resources_equal(&resources, &copy));
}
