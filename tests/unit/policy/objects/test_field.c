/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/field.h"
#include "tests/unit/policy/objects/mistakes.h"
#include "tests/unit/policy/yaml_text.h"

static const char *const choices[] = {"None", "Hold", "HoldAndDrain", NULL};

static void read_text(const struct field *field)
{
    cr_assert_null(field_text(field));
}

static void read_required(const struct field *field)
{
    cr_assert_null(field_required_text(field));
}

static void read_name(const struct field *field)
{
    cr_assert_null(field_required_name(field));
}

static void read_object(const struct field *field)
{
    cr_assert_not(field_is_object(field));
}

Test(field, joins_paths)
{
    auto_free char *first = field_path("", "spec");
    auto_free char *second = field_path("spec", "stopPolicy");
    auto_free char *third = field_path("limits", "nvidia.com/gpu");
    auto_free char *fourth = field_item_path("flavors", 2);

    cr_assert_str_eq(first, "spec");
    cr_assert_str_eq(second, "spec.stopPolicy");
    cr_assert_str_eq(third, "limits[nvidia.com/gpu]");
    cr_assert_str_eq(fourth, "flavors[2]");
}

Test(field, reads_absent_and_null_as_the_fallback)
{
    struct decoding decoding = {0};
    json_auto_t *value = yaml_text("{a: ~}");
    auto_field struct field root = field_root(&decoding, value, "");
    auto_field struct field null_field = field_get(&root, "a");
    auto_field struct field absent = field_get(&root, "b");
    auto_string_map struct string_map map = {0};

    cr_assert_null(null_field.value);
    cr_assert_null(field_text(&absent));
    cr_assert(field_bool(&absent, true));
    cr_assert_eq(field_integer(&null_field, 7, 0, 9), 7);
    cr_assert_eq(field_choice(&absent, choices, 2), 2);
    cr_assert_eq(field_count(&absent, 3), 0);
    cr_assert_not(field_is_object(&absent));
    field_string_map(&absent, &map);
    field_expect_names(&absent, choices);
    cr_assert_eq(map.count, 0);
    cr_assert_not(decoding.has_mistake);
}

Test(field, tells_of_wrong_types)
{
    static const struct {
        const char *yaml;
        const char *words;
        void (*read)(const struct field *field);
    } cases[] = {
        {"5", "must be a text (put it in quotes), not a number", read_text},
        {"true", "must be a text (put it in quotes), not true or false", read_text},
        {"[]", "must be a text, not a list", read_text},
        {"\"a\\0b\"", "has a NUL character", read_text},
        {"''", "is empty", read_required},
        {"A_b", "'A_b' is no name", read_name},
        {"x", "must be an object, not a text", read_object},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct decoding decoding = {.findings = &findings};
        json_auto_t *value = yaml_text(cases[i].yaml);
        auto_field struct field root = field_root(&decoding, value, "here");
        cases[i].read(&root);
        cr_assert(decoding.has_mistake);
        cr_assert(has_finding(&findings, "here", cases[i].words), "%s", findings.items[0].message);
    }
}

Test(field, bounds_numbers_and_lists)
{
    auto_findings struct findings findings = {0};
    struct decoding decoding = {.findings = &findings};
    json_auto_t *value = yaml_text("{n: 10, r: 1.5, l: [1, 2, 3]}");
    auto_field struct field root = field_root(&decoding, value, "");
    auto_field struct field number = field_get(&root, "n");
    auto_field struct field real = field_get(&root, "r");
    auto_field struct field list = field_get(&root, "l");

    cr_assert_eq(field_integer(&number, 1, 10, 10), 10);
    cr_assert_eq(field_count(&list, 3), 3);
    cr_assert_not(decoding.has_mistake);
    cr_assert_eq(field_integer(&number, 1, 0, 9), 1);
    cr_assert_eq(field_integer(&real, 1, 0, 9), 1);
    cr_assert_eq(field_count(&list, 2), 2);
    cr_assert(has_finding(&findings, "n", "must be from 0 to 9, not 10"));
    cr_assert(has_finding(&findings, "r", "must be a whole number"));
    cr_assert(has_finding(&findings, "l", "has 3 items, and at most 2 are allowed"));
}

Test(field, suggests_the_nearest_choice_and_field)
{
    auto_findings struct findings findings = {0};
    struct decoding decoding = {.findings = &findings};
    json_auto_t *value = yaml_text("{Hodl: hold, Zebra: quagga}");
    auto_field struct field root = field_root(&decoding, value, "");
    auto_field struct field near_field = field_get(&root, "Hodl");
    auto_field struct field far_field = field_get(&root, "Zebra");

    cr_assert_eq(field_choice(&near_field, choices, 0), 0);
    cr_assert_eq(field_choice(&far_field, choices, 1), 1);
    cr_assert(has_finding(&findings, "Hodl",
                          "must be None, Hold or HoldAndDrain, not 'hold': did you mean 'Hold'?"));
    cr_assert(has_finding(&findings, "Zebra", "must be None, Hold or HoldAndDrain, not 'quagga'"));
    field_expect_names(&root, choices);
    cr_assert(has_finding(&findings, "Hodl", "unknown field 'Hodl': did you mean 'Hold'?"));
    cr_assert(has_finding(&findings, "Zebra", "unknown field 'Zebra'"));
}

Test(field, reads_a_map_and_tells_of_each_value_that_is_no_text)
{
    auto_findings struct findings findings = {0};
    struct decoding decoding = {.findings = &findings};
    json_auto_t *value = yaml_text("{a: x, b: true, c: ~, nvidia.com/gpu: 1}");
    auto_field struct field root = field_root(&decoding, value, "labels");
    auto_string_map struct string_map map = {0};

    field_string_map(&root, &map);
    cr_assert_eq(map.count, 1);
    cr_assert_str_eq(string_map_find(&map, "a"), "x");
    cr_assert(has_finding(&findings, "labels.b", "put it in quotes"));
    cr_assert(has_finding(&findings, "labels.c", "not null"));
    cr_assert(has_finding(&findings, "labels[nvidia.com/gpu]", "put it in quotes"));
}

Test(field, remembers_mistakes_that_nobody_collects)
{
    struct decoding decoding = {0};
    json_auto_t *value = yaml_text("{a: 1}");
    auto_field struct field root = field_root(&decoding, value, "");
    auto_field struct field text = field_get(&root, "a");

    cr_assert_null(field_text(&text));
    cr_assert(decoding.has_mistake);
}
