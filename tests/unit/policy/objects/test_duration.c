/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/duration.h"
#include "tests/unit/policy/objects/mistakes.h"
#include "tests/unit/policy/yaml_text.h"

Test(duration, reads_hours_minutes_and_seconds)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
        {"0", 0},       {"0s", 0},    {"1s", 1},           {"90s", 90},
        {"15m", 900},   {"2h", 7200}, {"1h30m", 5400},     {"1h1m1s", 3661},
        {"2h5s", 7205}, {"007s", 7},  {"8760h", 31536000}, {"31536000s", 31536000},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct error error = {0};
        int64_t seconds = -1;
        cr_assert(duration_parse(cases[i].text, &seconds, &error), "%s: %s", cases[i].text,
                  error.message);
        cr_assert_eq(seconds, cases[i].seconds, "%s", cases[i].text);
    }
}

Test(duration, refuses_everything_else)
{
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"", "is no duration"},
        {"5", "is no duration"},
        {"00", "is no duration"},
        {"m", "is no duration"},
        {"-5m", "is no duration"},
        {"+5m", "is no duration"},
        {"5 m", "is no duration"},
        {" 5m", "is no duration"},
        {"5m ", "is no duration"},
        {"1.5h", "is no duration"},
        {"500ms", "is no duration"},
        {"1d", "is no duration"},
        {"5m1h", "is no duration"},
        {"5m5m", "is no duration"},
        {"1H", "is no duration"},
        {"8760h1s", "is longer than a year"},
        {"31536001s", "is longer than a year"},
        {"99999999999999999999999999h", "is longer than a year"},
        {"9223372036854775807h9223372036854775807m9223372036854775807s", "is longer than a year"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct error error = {0};
        int64_t seconds = 42;
        cr_assert_not(duration_parse(cases[i].text, &seconds, &error), "%s", cases[i].text);
        cr_assert_eq(seconds, 42, "untouched");
        cr_assert_eq(error.code, ERROR_INVALID);
        cr_assert_not_null(strstr(error.message, cases[i].words), "%s", error.message);
    }
}

Test(duration, reads_a_field_and_tells_what_is_wrong_with_it)
{
    static const struct {
        const char *yaml;
        int64_t seconds;
        const char *words; /* NULL: no mistake */
    } cases[] = {
        {"{}", 7, NULL},
        {"{a: null}", 7, NULL},
        {"{a: 5m}", 300, NULL},
        {"{a: 10s}", 10, NULL},
        {"{a: 9s}", 7, "must be at least 10s, not '9s'"},
        {"{a: 300}", 7, "must be a duration such as 90s, 15m or 1h30m"},
        {"{a: []}", 7, "must be a duration"},
        {"{a: \"5m\\0\"}", 7, "must be a duration"},
        {"{a: five minutes}", 7, "'five minutes' is no duration"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct decoding decoding = {.findings = &findings};
        json_auto_t *value = yaml_text(cases[i].yaml);
        auto_field struct field root = field_root(&decoding, value, "");
        auto_field struct field field = field_get(&root, "a");
        cr_assert_eq(duration_read(&field, 7, 10), cases[i].seconds, "%s", cases[i].yaml);
        cr_assert_eq(decoding.has_mistake, cases[i].words != NULL, "%s", cases[i].yaml);
        cr_assert(cases[i].words == NULL || has_finding(&findings, "a", cases[i].words), "%s",
                  print_findings(&findings));
    }
}
