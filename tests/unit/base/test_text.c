/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"

Test(text, appends_texts_bytes_and_formats)
{
    auto_text struct text text = {0};

    text_append(&text, "a");
    text_append_bytes(&text, "bcd", 2);
    text_append_format(&text, "-%03d", 7);
    cr_assert_str_eq(text.bytes, "abc-007");
    cr_assert_eq(text.size_bytes, 7);
}

Test(text, grows_beyond_its_first_capacity)
{
    auto_text struct text text = {0};

    for (int i = 0; i < 10000; i++) {
        text_append(&text, "0123456789");
    }
    cr_assert_eq(text.size_bytes, 100000);
    cr_assert_eq(strlen(text.bytes), 100000);
}

Test(text, keeps_nul_bytes)
{
    auto_text struct text text = {0};

    text_append_bytes(&text, "a\0b", 3);
    cr_assert_eq(text.size_bytes, 3);
    cr_assert_eq(memcmp(text.bytes, "a\0b", 4), 0);
}

Test(text, is_empty_after_clear_and_take)
{
    struct text text = {0};

    text_clear(&text);
    text_append(&text, "x");
    text_clear(&text);
    cr_assert_str_eq(text.bytes, "");
    text_append(&text, "y");
    auto_free char *taken = text_take(&text);
    cr_assert_str_eq(taken, "y");
    cr_assert_null(text.bytes);
    cr_assert_eq(text.size_bytes, 0);
}

Test(text, takes_an_empty_text_of_nothing)
{
    struct text text = {0};
    auto_free char *taken = text_take(&text);

    cr_assert_str_eq(taken, "");
}

Test(text, formats_like_printf)
{
    auto_free char *made = text_format("%s has %d of %.1f", "queue", 3, 4.5);

    cr_assert_str_eq(made, "queue has 3 of 4.5");
}

Test(text, compares_with_null)
{
    cr_assert(text_equal("a", "a"));
    cr_assert_not(text_equal("a", "b"));
    cr_assert(text_equal(NULL, NULL));
    cr_assert_not(text_equal(NULL, ""));
    cr_assert_not(text_equal("", NULL));
    cr_assert_not(text_starts_with(NULL, "a"));
    cr_assert_not(text_ends_with(NULL, "a"));
}

Test(text, knows_beginnings_and_ends)
{
    cr_assert(text_starts_with("gpuaas.dev/x", "gpuaas.dev/"));
    cr_assert_not(text_starts_with("gpu", "gpuaas"));
    cr_assert(text_starts_with("gpu", ""));
    cr_assert(text_ends_with("a.yaml", ".yaml"));
    cr_assert_not(text_ends_with("yaml", ".yaml"));
    cr_assert(text_ends_with("a", ""));
}
