/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/quantity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

/*
 * A quantity is digits × 2^binary × 10^decimal. With at most 20 digits (less than 2^67) and the
 * largest binary suffix (2^60), their product fits 128 bits, so that nothing is ever rounded but
 * at the very end.
 */
enum { SIGNIFICANT_DIGITS_MAX = 20, EXPONENT_MAX = 1000 };

__extension__ typedef unsigned __int128 wide_integer;

struct parsed_quantity {
    wide_integer digits;
    int decimal_exponent;
    int binary_exponent;
    bool is_negative;
};

static const struct suffix {
    const char *text;
    int decimal_exponent;
    int binary_exponent;
} suffixes[] = {
    {"", 0, 0},   {"n", -9, 0}, {"u", -6, 0}, {"m", -3, 0}, {"k", 3, 0},
    {"M", 6, 0},  {"G", 9, 0},  {"T", 12, 0}, {"P", 15, 0}, {"E", 18, 0},
    {"Ki", 0, 10}, {"Mi", 0, 20}, {"Gi", 0, 30}, {"Ti", 0, 40}, {"Pi", 0, 50}, {"Ei", 0, 60},
};

static const char *const decimal_suffixes[] = {"", "k", "M", "G", "T", "P", "E"};
static const char *const binary_suffixes[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool is_cpu(const char *resource_name)
{
    return strcmp(resource_name, "cpu") == 0;
}

static bool is_in_bytes(const char *resource_name)
{
    return strcmp(resource_name, "memory") == 0 || text_ends_with(resource_name, "storage") ||
           text_starts_with(resource_name, "hugepages-");
}

/* Reads "12.50"; zeros that say nothing cost no digit. False if there is no digit at all or if
 * there are too many. */
static bool parse_digits(const char **cursor, struct parsed_quantity *quantity)
{
    bool has_digit = false;
    bool has_point = false;
    int digit_count = 0;
    int zero_count = 0; /* zeros that are held back until another digit follows */

    for (; is_digit(**cursor) || (**cursor == '.' && !has_point); (*cursor)++) {
        if (**cursor == '.') {
            has_point = true;
            continue;
        }
        has_digit = true;
        quantity->decimal_exponent -= has_point ? 1 : 0;
        if (**cursor == '0') {
            zero_count += digit_count > 0 ? 1 : 0;
            quantity->decimal_exponent += digit_count == 0 ? 0 : 0;
            continue;
        }
        digit_count += zero_count + 1;
        if (digit_count > SIGNIFICANT_DIGITS_MAX) {
            return false;
        }
        for (; zero_count > 0; zero_count--) {
            quantity->digits *= 10;
        }
        quantity->digits = quantity->digits * 10 + (unsigned)(**cursor - '0');
    }
    quantity->decimal_exponent += zero_count;
    return has_digit;
}
