/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/time_span.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

static const struct unit {
    char letter;
    const char *word;
    int64_t seconds;
} units[] = {
    {'d', "d", 24 * 3600},
    {'h', "h", 3600},
    {'m', "min", 60},
    {'s', "s", 1},
};

static bool fail(const char *text, struct error *error)
{
    return error_set(error, ERROR_INVALID,
                     "'%.40s' is no length of time such as 90 (seconds), 15m, 1h30m or 2d", text);
}

/* "12" or "12.5"; *cursor is behind it afterwards. */
static bool parse_number(const char **cursor, double *out_number)
{
    double number = 0;
    double scale = 1;
    const char *start = *cursor;
    bool is_fraction = false;

    for (;; (*cursor)++) {
        char letter = **cursor;
        if (letter == '.' && !is_fraction && *cursor != start) {
            is_fraction = true;
        } else if (letter >= '0' && letter <= '9') {
            scale = is_fraction ? scale * 10 : scale;
            number = number * 10 + (letter - '0');
        } else {
            break;
        }
    }
    *out_number = number / scale;
    return *cursor != start && (*cursor)[-1] != '.';
}

static const struct unit *find_unit(char letter)
{
    for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
        if (units[i].letter == letter) {
            return &units[i];
        }
    }
    return NULL;
}

bool time_span_from_seconds(double seconds, int64_t *out_us, struct error *error)
{
    if (!(seconds >= 0)) {
        return error_set(error, ERROR_INVALID, "a length of time may not be negative");
    }
    if (seconds * (double)MICROS_PER_SECOND > (double)TIME_SPAN_US_MAX) {
        return error_set(error, ERROR_INVALID, "longer than a hundred years");
    }
    *out_us = (int64_t)llround(seconds * (double)MICROS_PER_SECOND);
    return true;
}

bool time_span_parse(const char *text, int64_t *out_us, struct error *error)
{
    const struct unit *last = NULL;
    double seconds = 0;
    double number;

    for (const char *cursor = text; *cursor != '\0' || cursor == text; cursor++) {
        if (!parse_number(&cursor, &number)) {
            return fail(text, error);
        }
        if (*cursor == '\0' && last == NULL) {
            return time_span_from_seconds(number, out_us, error);
        }
        const struct unit *unit = find_unit(*cursor);
        if (unit == NULL || (last != NULL && unit <= last)) {
            return fail(text, error);
        }
        seconds += number * (double)unit->seconds;
        last = unit;
    }
    return time_span_from_seconds(seconds, out_us, error);
}

char *time_span_format(int64_t span_us)
{
    int64_t seconds = span_us / MICROS_PER_SECOND;

    for (size_t i = 0; i + 1 < ARRAY_LENGTH(units); i++) {
        const struct unit *unit = &units[i];
        const struct unit *next = &units[i + 1];
        if (seconds < unit->seconds) {
            continue;
        }
        int64_t rest = seconds % unit->seconds / next->seconds;
        return rest == 0 ? text_format("%" PRId64 " %s", seconds / unit->seconds, unit->word)
                         : text_format("%" PRId64 " %s %" PRId64 " %s", seconds / unit->seconds,
                                       unit->word, rest, next->word);
    }
    return text_format("%" PRId64 " s", seconds);
}
