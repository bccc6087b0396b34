/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "policy/objects/syntax.h"

static const struct {
    const char *text;
    bool is_object_name;
    bool is_dns_label;
    bool is_qualified_name;
    bool is_label_value;
} cases[] = {
    {"", false, false, false, true},
    {"a", true, true, true, true},
    {"nvidia-l4-1gpu", true, true, true, true},
    {"g6.4xlarge", true, false, true, true},
    {"a..b", false, false, true, true},
    {"-a", false, false, false, false},
    {"a-", false, false, false, false},
    {"a.", false, false, false, false},
    {"Upper", false, false, true, true},
    {"a_b", false, false, true, true},
    {"a b", false, false, false, false},
    {"nvidia.com/gpu", false, false, true, false},
    {"nvidia.com/", false, false, false, false},
    {"/gpu", false, false, false, false},
    {"a/b/c", false, false, false, false},
    {"Nvidia.com/gpu", false, false, false, false},
    {"nvidia.com/mig-1g.5gb", false, false, true, false},
    {"\xc3\xa4", false, false, false, false},
};

Test(syntax, knows_each_kind_of_name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const char *text = cases[i].text;
        cr_assert_eq(syntax_is_object_name(text), cases[i].is_object_name, "object '%s'", text);
        cr_assert_eq(syntax_is_dns_label(text), cases[i].is_dns_label, "label '%s'", text);
        cr_assert_eq(syntax_is_qualified_name(text), cases[i].is_qualified_name, "key '%s'", text);
        cr_assert_eq(syntax_is_label_value(text), cases[i].is_label_value, "value '%s'", text);
    }
}

Test(syntax, bounds_the_length)
{
    char text[255];

    memset(text, 'a', sizeof text);
    text[254] = '\0';
    cr_assert_not(syntax_is_object_name(text));
    text[253] = '\0';
    cr_assert(syntax_is_object_name(text));
    text[64] = '\0';
    cr_assert_not(syntax_is_dns_label(text));
    cr_assert_not(syntax_is_label_value(text));
    cr_assert_not(syntax_is_qualified_name(text));
    text[63] = '\0';
    cr_assert(syntax_is_dns_label(text));
    cr_assert(syntax_is_label_value(text));
    cr_assert(syntax_is_qualified_name(text));
}
