/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/array.h"
#include "policy/simulate/time_span.h"

Test(time_span, reads_seconds_and_units)
{
    static const struct {
        const char *text;
        int64_t us;
    } cases[] = {
        {"0", 0},
        {"90", 90 * MICROS_PER_SECOND},
        {"12.5", 12500000},
        {"0.000001", 1},
        {"15m", 900 * MICROS_PER_SECOND},
        {"1h30m", 5400 * MICROS_PER_SECOND},
        {"1.5h", 5400 * MICROS_PER_SECOND},
        {"2d", 172800 * MICROS_PER_SECOND},
        {"1d2h3m4s", 93784 * MICROS_PER_SECOND},
        {"36500d", TIME_SPAN_US_MAX},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct error error = {0};
        int64_t us = -1;
        cr_assert(time_span_parse(cases[i].text, &us, &error), "%s", error.message);
        cr_expect_eq(us, cases[i].us, "%s", cases[i].text);
    }
}

Test(time_span, refuses_what_is_none)
{
    static const char *const cases[] = {
        "",       "-1",  "1x",  "h",      "1h1h",
        "1m1h",   "1 h", "1.",  ".5",     "1h30",
        "36501d", "1e3", "nan", "12.5.1", "99999999999999999999999999"};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int64_t us = 7;
        cr_expect_not(time_span_parse(cases[i], &us, NULL), "%s", cases[i]);
        cr_expect_eq(us, 7);
    }
}

Test(time_span, tells_the_two_largest_units)
{
    static const struct {
        int64_t seconds;
        const char *words;
    } cases[] = {
        {0, "0 s"},          {59, "59 s"},  {60, "1 min"},  {61, "1 min 1 s"},  {3600, "1 h"},
        {3660, "1 h 1 min"}, {3601, "1 h"}, {86400, "1 d"}, {90000, "1 d 1 h"}, {31536000, "365 d"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *words = time_span_format(cases[i].seconds * MICROS_PER_SECOND);
        cr_expect_str_eq(words, cases[i].words);
    }
}
