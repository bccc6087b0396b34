/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/http/http_timeout.h"

#include <ctype.h>
#include <string.h>

#include "base/array.h"

enum { DIGITS_MAX = 9 };

static const char parameter[] = "timeout=";

/* Longer names first, where one begins like another. */
static const struct unit {
    const char *name;
    int64_t us;
} units[] = {
    {"ms", 1000}, {"us", 1}, {"s", 1000000}, {"m", 60 * 1000000LL}, {"h", 3600 * 1000000LL},
};

/* Takes the decimal digits at the front of the text. */
static bool take_number(struct text_view *rest, int64_t *out_number)
{
    int64_t number = 0;
    size_t count = 0;

    while (count < rest->size_bytes && isdigit((unsigned char)rest->bytes[count])) {
        if (count == DIGITS_MAX) {
            return false;
        }
        number = number * 10 + (rest->bytes[count] - '0');
        count++;
    }
    rest->bytes += count;
    rest->size_bytes -= count;
    *out_number = number;
    return count > 0;
}

static bool take_unit(struct text_view *rest, int64_t *out_us)
{
    for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
        size_t name_bytes = strlen(units[i].name);
        if (rest->size_bytes >= name_bytes && memcmp(rest->bytes, units[i].name, name_bytes) == 0) {
            rest->bytes += name_bytes;
            rest->size_bytes -= name_bytes;
            *out_us = units[i].us;
            return true;
        }
    }
    return false;
}

static bool parse_duration(struct text_view rest, int64_t *out_us)
{
    int64_t total_us = 0;

    if (rest.size_bytes == 0) {
        return false;
    }
    while (rest.size_bytes > 0) {
        int64_t number;
        int64_t unit_us;
        int64_t part_us;
        if (!take_number(&rest, &number) || !take_unit(&rest, &unit_us) ||
            __builtin_mul_overflow(number, unit_us, &part_us) ||
            __builtin_add_overflow(total_us, part_us, &total_us)) {
            return false;
        }
    }
    *out_us = total_us;
    return true;
}

bool http_timeout_find(struct text_view query, int64_t *out_timeout_us)
{
    size_t name_bytes = sizeof parameter - 1;

    while (query.size_bytes > 0) {
        const char *end = memchr(query.bytes, '&', query.size_bytes);
        size_t pair_bytes = end != NULL ? (size_t)(end - query.bytes) : query.size_bytes;
        if (pair_bytes >= name_bytes && memcmp(query.bytes, parameter, name_bytes) == 0) {
            return parse_duration((struct text_view){.bytes = query.bytes + name_bytes,
                                                     .size_bytes = pair_bytes - name_bytes},
                                  out_timeout_us);
        }
        size_t consumed_bytes = end != NULL ? pair_bytes + 1 : pair_bytes;
        query.bytes += consumed_bytes;
        query.size_bytes -= consumed_bytes;
    }
    return false;
}
