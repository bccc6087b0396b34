/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/yaml_scalar.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { NUMBER_BYTES_MAX = 400 };

static const char digits[] = "0123456789";

static bool is_among(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcmp(text, *words) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_null(const char *text)
{
    return is_among(text, (const char *const[]){"", "~", "null", "Null", "NULL", NULL});
}

static bool is_true(const char *text)
{
    return is_among(text, (const char *const[]){"true", "True", "TRUE", "yes", "Yes", "YES", "on",
                                                "On", "ON", NULL});
}

static bool is_false(const char *text)
{
    return is_among(text, (const char *const[]){"false", "False", "FALSE", "no", "No", "NO", "off",
                                                "Off", "OFF", NULL});
}

static bool is_unrepresentable(const char *text)
{
    text += *text == '-' || *text == '+' ? 1 : 0;
    return is_among(text,
                    (const char *const[]){".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN", NULL});
}

/* The base of a whole number, whose digits begin at *out_digits; zero if it is none. */
static int find_base(const char *unsigned_text, const char **out_digits)
{
    static const struct prefix {
        const char *text;
        const char *digits;
        int base;
    } prefixes[] = {
        {"0x", "0123456789abcdefABCDEF", 16},
        {"0o", "01234567", 8},
        {"0b", "01", 2},
        {"0", "01234567", 8},
        {"", digits, 10},
    };

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t prefix_bytes = strlen(prefixes[i].text);
        const char *rest = unsigned_text + prefix_bytes;
        if (strncmp(unsigned_text, prefixes[i].text, prefix_bytes) == 0 && *rest != '\0' &&
            rest[strspn(rest, prefixes[i].digits)] == '\0') {
            *out_digits = rest;
            return prefixes[i].base;
        }
    }
    return 0;
}

/* NULL if it is no whole number of 64 bits. */
static json_t *resolve_integer(const char *text)
{
    auto_free char *number = NULL;
    const char *first_digit;
    bool is_signed = *text == '-' || *text == '+';
    int base = find_base(text + (is_signed ? 1 : 0), &first_digit);

    if (base == 0) {
        return NULL;
    }
    number = memory_allocate(strlen(first_digit) + 2);
    number[0] = *text == '-' ? '-' : '+';
    memcpy(number + 1, first_digit, strlen(first_digit));
    errno = 0;
    long long value = strtoll(number, NULL, base);
    return errno == 0 ? json_integer(value) : NULL;
}

/* Digits with an optional point and exponent: strtod alone would take "infinity" and "0x1p3". */
static bool is_decimal(const char *text)
{
    text += *text == '-' || *text == '+' ? 1 : 0;
    size_t whole_bytes = strspn(text, digits);
    text += whole_bytes;
    size_t fraction_bytes = 0;
    if (*text == '.') {
        fraction_bytes = strspn(text + 1, digits);
        text += 1 + fraction_bytes;
    }
    if (whole_bytes + fraction_bytes == 0) {
        return false;
    }
    if (*text == 'e' || *text == 'E') {
        text += text[1] == '-' || text[1] == '+' ? 2 : 1;
        size_t exponent_bytes = strspn(text, digits);
        return exponent_bytes > 0 && text[exponent_bytes] == '\0';
    }
    return *text == '\0';
}

static json_t *resolve_real(const char *text)
{
    double value = strtod(text, NULL);

    return isfinite(value) ? json_real(value) : json_string(text);
}

json_t *yaml_scalar_resolve(const char *text, size_t size_bytes)
{
    if (strlen(text) != size_bytes || size_bytes > NUMBER_BYTES_MAX) {
        return json_stringn(text, size_bytes);
    }
    if (is_null(text)) {
        return json_null();
    }
    if (is_true(text) || is_false(text)) {
        return json_boolean(is_true(text));
    }
    if (is_unrepresentable(text)) {
        return NULL;
    }
    json_t *integer = resolve_integer(text);
    if (integer != NULL) {
        return integer;
    }
    return is_decimal(text) ? resolve_real(text) : json_string(text);
}
