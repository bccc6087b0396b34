/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MICROS_PER_SECOND = 1000000 };

static size_t format_date(int64_t wall_us, char out_text[static TIMESTAMP_TEXT_BYTES])
{
    time_t seconds = (time_t)(wall_us / MICROS_PER_SECOND);
    struct tm date;

    gmtime_r(&seconds, &date);
    return strftime(out_text, TIMESTAMP_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &date);
}

void timestamp_format_seconds(int64_t wall_us, char out_text[static TIMESTAMP_TEXT_BYTES])
{
    size_t length = format_date(wall_us, out_text);

    snprintf(out_text + length, TIMESTAMP_TEXT_BYTES - length, "Z");
}

void timestamp_format_micros(int64_t wall_us, char out_text[static TIMESTAMP_TEXT_BYTES])
{
    size_t length = format_date(wall_us, out_text);

    snprintf(out_text + length, TIMESTAMP_TEXT_BYTES - length, ".%06dZ",
             (int)(wall_us % MICROS_PER_SECOND));
}

/* Reads ".123456" of any length as microseconds and moves *cursor behind it. */
static int64_t parse_fraction(const char **cursor)
{
    int64_t micros = 0;
    int64_t unit = MICROS_PER_SECOND / 10;

    if (**cursor != '.') {
        return 0;
    }
    for ((*cursor)++; **cursor >= '0' && **cursor <= '9'; (*cursor)++) {
        micros += (**cursor - '0') * unit;
        unit /= 10;
    }
    return micros;
}

static bool parse_offset(const char *text, int64_t *out_seconds)
{
    int hours;
    int minutes;
    int length = 0;

    if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0) {
        *out_seconds = 0;
        return true;
    }
    if ((text[0] != '+' && text[0] != '-') ||
        sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &length) != 2 || text[1 + length] != '\0') {
        return false;
    }
    *out_seconds = (hours * 60 + minutes) * 60 * (text[0] == '-' ? -1 : 1);
    return true;
}

bool timestamp_parse(const char *text, int64_t *out_wall_us)
{
    struct tm date = {0};
    int64_t offset_seconds;
    const char *cursor = strptime(text, "%Y-%m-%dT%H:%M:%S", &date);

    if (cursor == NULL) {
        return false;
    }
    int64_t micros = parse_fraction(&cursor);
    if (!parse_offset(cursor, &offset_seconds)) {
        return false;
    }
    *out_wall_us = ((int64_t)timegm(&date) - offset_seconds) * MICROS_PER_SECOND + micros;
    return true;
}
