/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "policy/objects/yaml_scalar.h"

/* The value in JSON; NULL means that there is none. */
static const struct {
    const char *text;
    const char *json;
} cases[] = {
    {"", "null"},
    {"~", "null"},
    {"null", "null"},
    {"nUll", "\"nUll\""},
    {"true", "true"},
    {"Yes", "true"},
    {"on", "true"},
    {"FALSE", "false"},
    {"no", "false"},
    {"off", "false"},
    {"y", "\"y\""},
    {"tRue", "\"tRue\""},
    {"0", "0"},
    {"-0", "0"},
    {"+12", "12"},
    {"-12", "-12"},
    {"0644", "420"},
    {"0o17", "15"},
    {"0x1F", "31"},
    {"-0x10", "-16"},
    {"0b101", "5"},
    {"08", "8"},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"0.5", "0.5"},
    {".5", "0.5"},
    {"1e3", "1000.0"},
    {"1.", "1.0"},
    {"1e999", "\"1e999\""},
    {"1e", "\"1e\""},
    {".", "\".\""},
    {"-", "\"-\""},
    {"+", "\"+\""},
    {"0x", "\"0x\""},
    {"0x1p3", "\"0x1p3\""},
    {"infinity", "\"infinity\""},
    {"nan", "\"nan\""},
    {"100Mi", "\"100Mi\""},
    {"500m", "\"500m\""},
    {"1_000", "\"1_000\""},
    {"12:30", "\"12:30\""},
    {"2026-11-25", "\"2026-11-25\""},
    {"1.2.3", "\"1.2.3\""},
    {".inf", NULL},
    {"-.INF", NULL},
    {".NaN", NULL},
};

Test(yaml_scalar, reads_as_kubernetes_does)
{
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        json_auto_t *value = yaml_scalar_resolve(cases[i].text, strlen(cases[i].text));
        if (cases[i].json == NULL) {
            cr_assert_null(value, "%s", cases[i].text);
            continue;
        }
        char *json = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        cr_assert_str_eq(json, cases[i].json, "'%s' became %s", cases[i].text, json);
        free(json);
    }
}

Test(yaml_scalar, turns_numbers_beyond_64_bits_into_reals)
{
    json_auto_t *value = yaml_scalar_resolve("9223372036854775808", 19);

    cr_assert(json_is_real(value));
    cr_assert_eq(json_real_value(value), 0x1p63);
}

Test(yaml_scalar, leaves_400_digits_a_text)
{
    char text[401] = "";

    memset(text, '9', 400);
    json_auto_t *value = yaml_scalar_resolve(text, 400);
    cr_assert(json_is_string(value));
    cr_assert_eq(json_string_length(value), 400);
}

Test(yaml_scalar, keeps_nul_characters)
{
    json_auto_t *value = yaml_scalar_resolve("1\0", 2);

    cr_assert(json_is_string(value));
    cr_assert_eq(json_string_length(value), 2);
}
