/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/json_lines.h"

#include <string.h>

enum { KEPT_BYTES = 64 * 1024 }; /* a buffer that had to grow beyond is given back */

static bool carry_over(struct json_lines *lines, struct text_view part)
{
    if (part.size_bytes > lines->limit_bytes - lines->rest.size_bytes) {
        return false;
    }
    text_append_bytes(&lines->rest, part.bytes, part.size_bytes);
    return true;
}

static void forget_rest(struct json_lines *lines)
{
    if (lines->rest.capacity_bytes > KEPT_BYTES) {
        text_release(&lines->rest);
    } else {
        text_clear(&lines->rest);
    }
}

/* `end` is the last part of a line, which may have begun in the rest. */
static bool end_line(struct json_lines *lines, struct text_view end, json_lines_handle *handle,
                     void *context)
{
    struct text_view line = end;

    if (lines->rest.size_bytes > 0) {
        if (!carry_over(lines, end)) {
            return false;
        }
        line = (struct text_view){lines->rest.bytes, lines->rest.size_bytes};
    }
    bool goes_on = line.size_bytes == 0 || handle(context, line);
    forget_rest(lines);
    return goes_on;
}

bool json_lines_feed(struct json_lines *lines, const char *bytes, size_t size_bytes,
                     json_lines_handle *handle, void *context)
{
    const char *end = bytes + size_bytes;

    while (bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        if (newline == NULL) {
            return carry_over(lines, (struct text_view){bytes, (size_t)(end - bytes)});
        }
        struct text_view part = {bytes, (size_t)(newline - bytes)};
        if (!end_line(lines, part, handle, context)) {
            return false;
        }
        bytes = newline + 1;
    }
    return true;
}

void json_lines_release(struct json_lines *lines)
{
    text_release(&lines->rest);
}
