/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "policy/objects/quantity.h"

#define GPU "nvidia.com/gpu"

Test(quantity, reads_every_suffix_exactly)
{
    static const struct {
        const char *text;
        const char *resource;
        int64_t amount;
    } cases[] = {
        {"0", GPU, 0},
        {"4", GPU, 4},
        {"+4", GPU, 4},
        {"-0", GPU, 0},
        {"007", GPU, 7},
        {"4.0", GPU, 4},
        {"4.", GPU, 4},
        {"1000m", GPU, 1},
        {"2k", GPU, 2000},
        {"1e3", GPU, 1000},
        {"1E3", GPU, 1000},
        {"2000e-3", GPU, 2},
        {"1", "cpu", 1000},
        {"500m", "cpu", 500},
        {"0.5", "cpu", 500},
        {".5", "cpu", 500},
        {"1.2345", "cpu", 1235},
        {"1u", "cpu", 1},
        {"1n", "cpu", 1},
        {"1500m", "memory", 2},
        {"1k", "memory", 1000},
        {"1M", "memory", 1000000},
        {"1G", "memory", 1000000000},
        {"1T", "memory", INT64_C(1000000000000)},
        {"1P", "memory", INT64_C(1000000000000000)},
        {"1E", "memory", INT64_C(1000000000000000000)},
        {"1Ki", "memory", INT64_C(1) << 10},
        {"1Mi", "memory", INT64_C(1) << 20},
        {"1.5Gi", "memory", INT64_C(3) << 29},
        {"1Ti", "memory", INT64_C(1) << 40},
        {"1Pi", "memory", INT64_C(1) << 50},
        {"7Ei", "memory", INT64_C(7) << 60},
        {"0.1Ki", "memory", 103},
        {"9223372036854775807", GPU, INT64_MAX},
        {"9223372036854775807m", "cpu", INT64_MAX},
        {"9.223372036854775807E", "memory", INT64_MAX},
        {"0e999", GPU, 0},
        {"0.0000000000000000000000000000001", "memory", 1},
        {"1000000000000000000000000n", "memory", INT64_C(1000000000000000)},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int64_t amount = -1;
        struct error error = {0};
        cr_assert(quantity_parse(cases[i].text, cases[i].resource, &amount, &error), "%s",
                  error.message);
        cr_assert_eq(amount, cases[i].amount, "%s is %lld", cases[i].text, (long long)amount);
    }
}

Test(quantity, refuses_what_cannot_be_counted)
{
    static const struct {
        const char *text;
        const char *resource;
        const char *words;
    } cases[] = {
        {"", GPU, "is no quantity"},
        {" 1", GPU, "is no quantity"},
        {"1 ", GPU, "is no quantity"},
        {"one", GPU, "is no quantity"},
        {"1K", GPU, "is no quantity"},
        {"1KI", GPU, "is no quantity"},
        {"1GiB", GPU, "is no quantity"},
        {"1..2", GPU, "is no quantity"},
        {"1.2.3", GPU, "is no quantity"},
        {".", GPU, "is no quantity"},
        {"+", GPU, "is no quantity"},
        {"--1", GPU, "is no quantity"},
        {"1e", GPU, "is no quantity"},
        {"1e+", GPU, "is no quantity"},
        {"1e1.5", GPU, "is no quantity"},
        {"1e99999999999999999999", GPU, "is no quantity"},
        {"0x10", GPU, "is no quantity"},
        {"1_000", GPU, "is no quantity"},
        {"NaN", GPU, "is no quantity"},
        {"inf", "memory", "is no quantity"},
        {"-1", GPU, "is negative"},
        {"-1m", "cpu", "is negative"},
        {"0.5", GPU, "is a fraction"},
        {"500m", "nvidia.com/mig-1g.5gb", "is a fraction"},
        {"1e-9", GPU, "is a fraction"},
        {"9223372036854775808", GPU, "is too large"},
        {"1e19", GPU, "is too large"},
        {"1e999", "memory", "is too large"},
        {"8Ei", "memory", "is too large"},
        {"99999999999999999999Ei", "memory", "is too large"},
        {"9223372036854775808m", "cpu", "is too large"},
        {"9223372036854776", "cpu", "is too large"},
        {"123456789012345678901", "memory", "is no quantity"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int64_t amount = -7;
        struct error error = {0};
        cr_assert_not(quantity_parse(cases[i].text, cases[i].resource, &amount, &error), "'%s'",
                      cases[i].text);
        cr_assert_eq(error.code, ERROR_INVALID);
        cr_assert_not_null(strstr(error.message, cases[i].words), "%s", error.message);
        cr_assert_eq(amount, -7, "untouched after '%s'", cases[i].text);
    }
}

Test(quantity, refuses_long_texts_at_its_bound)
{
    char text[402];
    int64_t amount;
    struct error error = {0};

    memset(text, '0', sizeof text);
    text[QUANTITY_INPUT_BYTES_MAX] = '\0';
    cr_assert(quantity_parse(text, GPU, &amount, &error), "%s", error.message);
    memset(text, '9', 400);
    text[400] = '\0';
    cr_assert_not(quantity_parse(text, GPU, &amount, &error));
    cr_assert_str_eq(error.message, "'9999999999999999…' is longer than 64 characters");
}

Test(quantity, decodes_json_numbers_as_they_were_written)
{
    static const struct {
        double number;
        const char *resource;
        int64_t amount;
    } cases[] = {
        {0.1, "cpu", 100},  {1.5, "cpu", 1500}, {2.0, GPU, 2}, {1e15, GPU, 1000000000000000},
        {0.3, "memory", 1}, {2.5e-3, "cpu", 3},
    };
    int64_t amount;

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        json_auto_t *value = json_real(cases[i].number);
        cr_assert(quantity_decode(value, cases[i].resource, &amount, NULL));
        cr_assert_eq(amount, cases[i].amount, "%g", cases[i].number);
    }
    json_auto_t *integer = json_integer(INT64_MAX);
    cr_assert(quantity_decode(integer, GPU, &amount, NULL));
    cr_assert_eq(amount, INT64_MAX);
}

Test(quantity, refuses_json_of_other_kinds)
{
    json_t *values[] = {
        json_null(),       json_true(),      json_array(),
        json_object(),     json_integer(-1), json_real(-0.5),
        json_real(0x1p63), json_real(1e300), json_stringn("1\0", 2),
        json_string(""),   json_real(0.5),   json_integer(INT64_MIN),
    };

    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        int64_t amount;
        struct error error = {0};
        cr_assert_not(quantity_decode(values[i], GPU, &amount, &error), "case %zu", i);
        cr_assert_neq(error.message[0], '\0');
        json_decref(values[i]);
    }
    int64_t amount;
    cr_assert_not(quantity_decode(NULL, GPU, &amount, NULL));
}

Test(quantity, prints_the_canonical_form)
{
    static const struct {
        int64_t amount;
        const char *resource;
        const char *text;
    } cases[] = {
        {0, GPU, "0"},
        {8, GPU, "8"},
        {1000, GPU, "1k"},
        {1024, GPU, "1024"},
        {500, "cpu", "500m"},
        {16000, "cpu", "16"},
        {1000000, "cpu", "1k"},
        {0, "cpu", "0"},
        {INT64_C(32) << 30, "memory", "32Gi"},
        {1500, "memory", "1500"},
        {INT64_C(7) << 60, "memory", "7Ei"},
        {INT64_C(1) << 20, "ephemeral-storage", "1Mi"},
        {INT64_C(4) << 20, "hugepages-2Mi", "4Mi"},
        {INT64_MAX, "cpu", "9223372036854775807m"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char text[QUANTITY_TEXT_BYTES];
        int64_t amount = -1;
        quantity_format(cases[i].amount, cases[i].resource, text);
        cr_assert_str_eq(text, cases[i].text);
        cr_assert(quantity_parse(text, cases[i].resource, &amount, NULL));
        cr_assert_eq(amount, cases[i].amount, "%s", text);
    }
}

/* Every text of a few characters: no crash, and what is accepted survives being printed. */
Test(quantity, takes_any_short_text)
{
    static const char letters[] = "019.+-eEKimnk";
    const size_t count = sizeof letters - 1;

    for (size_t number = 0; number < count * count * count * count; number++) {
        char text[] = {letters[number % count], letters[number / count % count],
                       letters[number / count / count % count],
                       letters[number / count / count / count], '\0'};
        int64_t amount;
        int64_t again;
        char printed[QUANTITY_TEXT_BYTES];
        if (quantity_parse(text, "memory", &amount, NULL)) {
            cr_assert_geq(amount, 0, "%s", text);
            quantity_format(amount, "memory", printed);
            cr_assert(quantity_parse(printed, "memory", &again, NULL));
            cr_assert_eq(again, amount, "%s, printed %s", text, printed);
        }
    }
}
