/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "webhook/kube/json_lines.h"

/* Joins the lines that come, each in brackets; refuses "bad". */
static bool collect(void *context, struct text_view line)
{
    text_append_format(context, "[%.*s]", (int)line.size_bytes, line.bytes);
    return line.size_bytes != 3 || memcmp(line.bytes, "bad", 3) != 0;
}

static bool feed(struct json_lines *lines, const char *bytes, struct text *seen)
{
    return json_lines_feed(lines, bytes, strlen(bytes), collect, seen);
}

Test(json_lines, gives_whole_lines_however_the_stream_is_cut)
{
    static const char stream[] = "first\n\nsecond line\r\nthird\nrest";

    for (size_t cut = 1; cut < sizeof stream; cut++) {
        auto_json_lines struct json_lines lines = {.limit_bytes = 100};
        auto_text struct text seen = {0};
        for (size_t at = 0; at < sizeof stream - 1; at += cut) {
            size_t left = sizeof stream - 1 - at;
            cr_assert(
                json_lines_feed(&lines, stream + at, left < cut ? left : cut, collect, &seen));
        }
        cr_assert_str_eq(seen.bytes, "[first][second line\r][third]", "cut at %zu", cut);
        cr_assert(feed(&lines, "\n", &seen));
        cr_assert(text_ends_with(seen.bytes, "[rest]"));
    }
}

Test(json_lines, stops_when_the_handler_says_so)
{
    auto_json_lines struct json_lines lines = {.limit_bytes = 100};
    auto_text struct text seen = {0};

    cr_assert_not(feed(&lines, "good\nbad\nlater\n", &seen));
    cr_assert_str_eq(seen.bytes, "[good][bad]");
}

Test(json_lines, bounds_what_it_carries_over_at_the_edge)
{
    auto_json_lines struct json_lines lines = {.limit_bytes = 8};
    auto_text struct text seen = {0};

    cr_assert(feed(&lines, "12345678", &seen));
    cr_assert(feed(&lines, "\n", &seen));
    cr_assert(feed(&lines, "1234", &seen));
    cr_assert(feed(&lines, "5678\n", &seen));
    cr_assert_not(feed(&lines, "123456789", &seen));
    cr_assert(feed(&lines, "1234", &seen));
    cr_assert_not(feed(&lines, "56789\n", &seen));
    cr_assert_str_eq(seen.bytes, "[12345678][12345678]");
}
