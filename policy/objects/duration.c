/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/duration.h"

#include <inttypes.h>
#include <string.h>

#include "base/array.h"

static const struct unit {
    char letter;
    int64_t seconds;
} units[] = {{'h', 3600}, {'m', 60}, {'s', 1}};

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* Digits; stops counting, not reading, where the limit is passed. */
static int64_t parse_number(const char **cursor)
{
    int64_t number = 0;

    for (; is_digit(**cursor); (*cursor)++) {
        if (number <= DURATION_SECONDS_MAX) {
            number = number * 10 + (**cursor - '0');
        }
    }
    return number;
}

/* Reads "15m"; units come in falling order, each once. */
static bool parse_part(const char **cursor, size_t *next_unit, int64_t *seconds)
{
    const char *start = *cursor;
    int64_t number = parse_number(cursor);

    while (*next_unit < ARRAY_LENGTH(units) && units[*next_unit].letter != **cursor) {
        (*next_unit)++;
    }
    if (*cursor == start || *next_unit == ARRAY_LENGTH(units)) {
        return false;
    }
    *seconds += number * units[*next_unit].seconds;
    (*cursor)++;
    (*next_unit)++;
    return true;
}

bool duration_parse(const char *text, int64_t *out_seconds, struct error *error)
{
    const char *cursor = text;
    size_t next_unit = 0;
    int64_t seconds = 0;

    if (strcmp(text, "0") == 0) {
        *out_seconds = 0;
        return true;
    }
    do {
        if (!parse_part(&cursor, &next_unit, &seconds)) {
            return error_set(error, ERROR_INVALID,
                             "'%.40s' is no duration in whole hours, minutes and seconds such as "
                             "90s, 15m or 1h30m",
                             text);
        }
    } while (*cursor != '\0');
    if (seconds > DURATION_SECONDS_MAX) {
        return error_set(error, ERROR_INVALID, "'%.40s' is longer than a year", text);
    }
    *out_seconds = seconds;
    return true;
}

int64_t duration_read(const struct field *field, int64_t fallback, int64_t least)
{
    const char *text = json_string_value(field->value);
    struct error error = {0};
    int64_t seconds;

    if (field->value == NULL) {
        return fallback;
    }
    if (text == NULL || strlen(text) != json_string_length(field->value)) {
        field_fault(field, "must be a duration such as 90s, 15m or 1h30m");
        return fallback;
    }
    if (!duration_parse(text, &seconds, &error)) {
        field_fault(field, "%s", error.message);
        return fallback;
    }
    if (seconds < least) {
        field_fault(field, "must be at least %" PRId64 "s, not '%s'", least, text);
        return fallback;
    }
    return seconds;
}
