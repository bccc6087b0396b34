/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/rules/usage.h"

#define GPU "nvidia.com/gpu"

Test(usage, counts_by_flavor_and_resource)
{
    auto_usage struct usage usage = {0};

    cr_assert_eq(usage_get(&usage, "l4", GPU), 0);
    usage_add(&usage, "l4", GPU, 1);
    usage_add(&usage, "l4", GPU, 2);
    usage_add(&usage, "l4", "cpu", 4);
    usage_add(&usage, "a100", GPU, 8);
    cr_assert_eq(usage_get(&usage, "l4", GPU), 3);
    cr_assert_eq(usage_get(&usage, "l4", "cpu"), 4);
    cr_assert_eq(usage_get(&usage, "a100", GPU), 8);
    cr_assert_eq(usage_get(&usage, "a100", "cpu"), 0);
}

Test(usage, saturates_instead_of_wrapping)
{
    auto_usage struct usage usage = {0};

    usage_add(&usage, "l4", GPU, INT64_MAX);
    usage_add(&usage, "l4", GPU, INT64_MAX);
    cr_assert_eq(usage_get(&usage, "l4", GPU), INT64_MAX);
}

Test(usage, takes_away_never_below_zero)
{
    auto_usage struct usage usage = {0};
    auto_usage struct usage less = {0};

    usage_add(&usage, "l4", GPU, 3);
    usage_add(&less, "l4", GPU, 1);
    usage_add(&less, "a100", GPU, 5);
    usage_subtract_all(&usage, &less);
    cr_assert_eq(usage_get(&usage, "l4", GPU), 2);
    cr_assert_eq(usage_get(&usage, "a100", GPU), 0);
    usage_add(&less, "l4", GPU, 9);
    usage_subtract_all(&usage, &less);
    cr_assert(usage_is_zero(&usage));
}

Test(usage, raises_to_the_maximum_of_both)
{
    auto_usage struct usage usage = {0};
    auto_usage struct usage floor = {0};

    usage_add(&usage, "l4", GPU, 3);
    usage_add(&floor, "l4", GPU, 2);
    usage_add(&floor, "a100", GPU, 1);
    usage_raise_to(&usage, &floor);
    cr_assert_eq(usage_get(&usage, "l4", GPU), 3);
    cr_assert_eq(usage_get(&usage, "a100", GPU), 1);
}

Test(usage, equals_whatever_order_and_zeros_it_has)
{
    auto_usage struct usage left = {0};
    auto_usage struct usage right = {0};
    auto_usage struct usage copy = {0};

    usage_add(&left, "l4", GPU, 1);
    usage_add(&left, "a100", GPU, 2);
    usage_add(&right, "a100", GPU, 2);
    usage_add(&right, "l4", GPU, 1);
    usage_add(&right, "h200", GPU, 0);
    cr_assert(usage_equal(&left, &right));
    usage_copy(&left, &copy);
    usage_add(&copy, "l4", GPU, 1);
    cr_assert_not(usage_equal(&left, &copy));
    cr_assert_eq(usage_get(&left, "l4", GPU), 1);
}

Test(usage, is_zero_when_nothing_or_only_zeros_are_there)
{
    auto_usage struct usage usage = {0};

    cr_assert(usage_is_zero(&usage));
    usage_add(&usage, "l4", GPU, 0);
    cr_assert(usage_is_zero(&usage));
    usage_add(&usage, "l4", GPU, 1);
    cr_assert_not(usage_is_zero(&usage));
}
