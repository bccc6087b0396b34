/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/string_map.h"
#include "base/text.h"

Test(string_map, finds_what_was_set_in_any_order)
{
    auto_string_map struct string_map map = {0};

    for (int i = 99; i >= 0; i--) {
        auto_free char *key = text_format("key-%02d", i);
        auto_free char *value = text_format("%d", i);
        string_map_set(&map, key, value);
    }
    cr_assert_eq(map.count, 100);
    cr_assert_str_eq(map.pairs[0].key, "key-00");
    cr_assert_str_eq(string_map_find(&map, "key-42"), "42");
    cr_assert_null(string_map_find(&map, "key-100"));
    cr_assert_null(string_map_find(&map, ""));
}

Test(string_map, replaces_a_value_even_by_itself)
{
    auto_string_map struct string_map map = {0};

    string_map_set(&map, "a", "1");
    string_map_set(&map, "a", "22");
    string_map_set(&map, "a", string_map_find(&map, "a"));
    cr_assert_eq(map.count, 1);
    cr_assert_str_eq(string_map_find(&map, "a"), "22");
}

Test(string_map, contains_its_subsets)
{
    auto_string_map struct string_map map = {0};
    auto_string_map struct string_map subset = {0};

    cr_assert(string_map_contains(&map, &subset));
    string_map_set(&map, "a", "1");
    string_map_set(&map, "b", "2");
    string_map_set(&subset, "b", "2");
    cr_assert(string_map_contains(&map, &subset));
    cr_assert_not(string_map_contains(&subset, &map));
    string_map_set(&subset, "b", "3");
    cr_assert_not(string_map_contains(&map, &subset));
}

Test(string_map, equals_another_with_the_same_pairs)
{
    auto_string_map struct string_map map = {0};
    auto_string_map struct string_map copy = {0};

    string_map_set(&map, "a", "1");
    string_map_set(&copy, "a", "1");
    cr_assert(string_map_equal(&map, &copy));
    string_map_set(&copy, "a", "2");
    cr_assert_not(string_map_equal(&map, &copy));
    cr_assert_str_eq(string_map_find(&map, "a"), "1");
}
