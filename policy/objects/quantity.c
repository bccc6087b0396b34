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
    {"", 0, 0},    {"n", -9, 0},  {"u", -6, 0},  {"m", -3, 0},  {"k", 3, 0},   {"M", 6, 0},
    {"G", 9, 0},   {"T", 12, 0},  {"P", 15, 0},  {"E", 18, 0},  {"Ki", 0, 10}, {"Mi", 0, 20},
    {"Gi", 0, 30}, {"Ti", 0, 40}, {"Pi", 0, 50}, {"Ei", 0, 60},
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

/* Reads "e3" or "E-6" to the end of the text. */
static bool parse_exponent(const char *text, struct parsed_quantity *quantity)
{
    int sign = text[1] == '-' ? -1 : 1;
    const char *digits = text + (text[1] == '-' || text[1] == '+' ? 2 : 1);
    int exponent = 0;

    if (*digits == '\0') {
        return false;
    }
    for (; is_digit(*digits) && exponent <= EXPONENT_MAX; digits++) {
        exponent = exponent * 10 + (*digits - '0');
    }
    quantity->decimal_exponent += sign * exponent;
    return *digits == '\0' && exponent <= EXPONENT_MAX;
}

static bool parse_suffix(const char *text, struct parsed_quantity *quantity)
{
    for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
        if (strcmp(text, suffixes[i].text) == 0) {
            quantity->decimal_exponent += suffixes[i].decimal_exponent;
            quantity->binary_exponent = suffixes[i].binary_exponent;
            return true;
        }
    }
    return (*text == 'e' || *text == 'E') && parse_exponent(text, quantity);
}

static bool parse_parts(const char *text, struct parsed_quantity *quantity)
{
    const char *cursor = text;

    quantity->is_negative = *cursor == '-';
    cursor += *cursor == '-' || *cursor == '+' ? 1 : 0;
    return parse_digits(&cursor, quantity) && parse_suffix(cursor, quantity);
}

/* Rounds up; false if the amount is more than INT64_MAX. */
static bool compute_amount(const struct parsed_quantity *quantity, int64_t *out_amount,
                           bool *out_is_whole)
{
    wide_integer value = quantity->digits << quantity->binary_exponent;
    int exponent = value == 0 ? 0 : quantity->decimal_exponent;
    bool is_whole = true;

    for (; exponent < 0; exponent++) {
        is_whole = is_whole && value % 10 == 0;
        value /= 10;
    }
    for (; exponent > 0 && value <= INT64_MAX; exponent--) {
        value *= 10;
    }
    value += is_whole ? 0 : 1;
    if (value > INT64_MAX) {
        return false;
    }
    *out_amount = (int64_t)value;
    *out_is_whole = is_whole;
    return true;
}

static bool is_too_long(const char *text)
{
    return strnlen(text, QUANTITY_INPUT_BYTES_MAX + 1) > QUANTITY_INPUT_BYTES_MAX;
}

bool quantity_parse(const char *text, const char *resource_name, int64_t *out_amount,
                    struct error *error)
{
    struct parsed_quantity quantity = {0};
    int64_t amount;
    bool is_whole;

    if (is_too_long(text)) {
        return error_set(error, ERROR_INVALID, "'%.16s…' is longer than %d characters", text,
                         QUANTITY_INPUT_BYTES_MAX);
    }
    if (!parse_parts(text, &quantity)) {
        return error_set(error, ERROR_INVALID, "'%s' is no quantity such as 4, 500m or 64Gi", text);
    }
    if (quantity.is_negative && quantity.digits != 0) {
        return error_set(error, ERROR_INVALID, "'%s' is negative", text);
    }
    quantity.decimal_exponent += is_cpu(resource_name) ? 3 : 0;
    if (!compute_amount(&quantity, &amount, &is_whole)) {
        return error_set(error, ERROR_INVALID, "'%s' is too large", text);
    }
    if (!is_whole && strchr(resource_name, '/') != NULL) {
        return error_set(error, ERROR_INVALID, "'%s' is a fraction, and %s comes in whole units",
                         text, resource_name);
    }
    *out_amount = amount;
    return true;
}

/* From 2^53 on, every real is a whole number. */
static bool is_whole_real(double value)
{
    bool is_large = value >= 0x1p53 || value <= -0x1p53;

    return is_large || value == (double)(int64_t)value;
}

/* The shortest decimals that mean this number, as somebody would have written it. */
static bool format_real(double value, char *out_text, size_t size_bytes)
{
    if (is_whole_real(value)) {
        return (size_t)snprintf(out_text, size_bytes, "%.0f", value) < size_bytes;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out_text, size_bytes, "%.*g", digits, value);
        if (strtod(out_text, NULL) == value) {
            break;
        }
    }
    return true;
}

bool quantity_decode(const json_t *value, const char *resource_name, int64_t *out_amount,
                     struct error *error)
{
    char text[QUANTITY_INPUT_BYTES_MAX + 1];

    if (json_is_string(value)) {
        if (strlen(json_string_value(value)) != json_string_length(value)) {
            return error_set(error, ERROR_INVALID, "a quantity with a NUL character");
        }
        return quantity_parse(json_string_value(value), resource_name, out_amount, error);
    }
    if (json_is_integer(value)) {
        snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return quantity_parse(text, resource_name, out_amount, error);
    }
    if (!json_is_real(value)) {
        return error_set(error, ERROR_INVALID, "must be a quantity such as 4, 500m or 64Gi");
    }
    if (!format_real(json_real_value(value), text, sizeof text)) {
        return error_set(error, ERROR_INVALID, "'%g' is too large", json_real_value(value));
    }
    return quantity_parse(text, resource_name, out_amount, error);
}

void quantity_format(int64_t amount, const char *resource_name,
                     char out_text[static QUANTITY_TEXT_BYTES])
{
    bool is_binary = is_in_bytes(resource_name);
    const char *const *units = is_binary ? binary_suffixes : decimal_suffixes;
    int64_t base = is_binary ? 1024 : 1000;
    size_t unit = 0;

    if (is_cpu(resource_name)) {
        if (amount % 1000 != 0) {
            snprintf(out_text, QUANTITY_TEXT_BYTES, "%" PRId64 "m", amount);
            return;
        }
        amount /= 1000;
    }
    while (amount != 0 && amount % base == 0 && unit + 1 < ARRAY_LENGTH(decimal_suffixes)) {
        amount /= base;
        unit++;
    }
    snprintf(out_text, QUANTITY_TEXT_BYTES, "%" PRId64 "%s", amount, units[unit]);
}
