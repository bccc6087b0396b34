/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/array.h"
#include "base/memory.h"
#include "policy/simulate/digits.h"

Test(digits, groups_thousands)
{
    static const struct {
        int64_t number;
        const char *text;
    } cases[] = {{0, "0"},
                 {999, "999"},
                 {1000, "1,000"},
                 {7063, "7,063"},
                 {1234567, "1,234,567"},
                 {-1234, "-1,234"},
                 {-123, "-123"},
                 {INT64_MAX, "9,223,372,036,854,775,807"}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *text = digits_format(cases[i].number);
        cr_expect_str_eq(text, cases[i].text);
    }
}
