/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/array.h"
#include "base/timestamp.h"

enum { MICROS = 1000000 };

static const int64_t moment_us = INT64_C(1795574211) * MICROS + 42;

Test(timestamp, formats_seconds_and_microseconds)
{
    char text[TIMESTAMP_TEXT_BYTES];

    timestamp_format_seconds(moment_us, text);
    cr_assert_str_eq(text, "2026-11-25T02:36:51Z");
    timestamp_format_micros(moment_us, text);
    cr_assert_str_eq(text, "2026-11-25T02:36:51.000042Z");
}

Test(timestamp, parses_what_kubernetes_writes)
{
    static const struct {
        const char *text;
        int64_t offset_us;
    } cases[] = {
        {"2026-11-25T02:36:51Z", -42},           {"2026-11-25T02:36:51.000042Z", 0},
        {"2026-11-25T02:36:51.5Z", 499958},      {"2026-11-25T02:36:51.000042999Z", 0},
        {"2026-11-25T04:36:51.000042+02:00", 0}, {"2026-11-24T21:06:51.000042-05:30", 0},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int64_t parsed_us = 0;
        cr_assert(timestamp_parse(cases[i].text, &parsed_us), "%s", cases[i].text);
        cr_assert_eq(parsed_us, moment_us + cases[i].offset_us, "%s", cases[i].text);
    }
}

Test(timestamp, refuses_what_is_no_time)
{
    static const char *const texts[] = {
        "",
        "now",
        "2026-11-25",
        "2026-11-25T02:36:51",
        "2026-11-25T02:36:51Zulu",
        "2026-13-25T02:36:51Z",
        "2026-11-25T02:36:51+2",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        int64_t parsed_us = 7;
        cr_assert_not(timestamp_parse(texts[i], &parsed_us), "%s", texts[i]);
        cr_assert_eq(parsed_us, 7);
    }
}
