/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_base64.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/memory.h"

Test(kube_base64, decodes_what_it_encodes)
{
    static const struct {
        const char *text;
        const char *encoded;
    } cases[] = {{"a", "YQ=="}, {"ab", "YWI="}, {"abc", "YWJj"}, {"\xff\xfe~", "//5+"}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *encoded = kube_base64_encode(cases[i].text);
        cr_expect_str_eq(encoded, cases[i].encoded);
        auto_free char *decoded = kube_base64_decode(encoded);
        cr_expect_str_eq(decoded, cases[i].text);
    }
}

Test(kube_base64, refuses_what_is_none)
{
    static const char *const wrong[] = {NULL, "", "YQ", "YQ=?", "?", "YWJj Y"};

    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        cr_expect_null(kube_base64_decode(wrong[i]), "case %zu", i);
    }
}

Test(kube_base64, refuses_more_than_a_mebibyte)
{
    size_t size_bytes = 1024 * 1024 + 4;
    auto_free char *encoded = memory_allocate(size_bytes + 1);

    memset(encoded, 'A', size_bytes);
    cr_expect_null(kube_base64_decode(encoded));
}
