/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/json_lines.h"

#include <string.h>

enum { LINE_BYTES_MAX = 8 * 1024 * 1024 };

static bool feed_rest(struct json_lines *lines, const char *bytes, size_t size_bytes)
{
    if (lines->rest.size_bytes + size_bytes > LINE_BYTES_MAX) {
        return false;
    }
    text_append_bytes(&lines->rest, bytes, size_bytes);
    return true;
}

bool json_lines_feed(struct json_lines *lines, const char *bytes, size_t size_bytes,
                     json_lines_handle *handle, void *context)
{
    const char *end = bytes + size_bytes;

    while (bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        if (newline == NULL) {
            return feed_rest(lines, bytes, (size_t)(end - bytes));
        }
        struct text_view line = {bytes, (size_t)(newline - bytes)};
        if (lines->rest.size_bytes > 0) {
            if (!feed_rest(lines, bytes, line.size_bytes)) {
                return false;
            }
            line = (struct text_view){lines->rest.bytes, lines->rest.size_bytes};
        }
        bool goes_on = line.size_bytes == 0 || handle(context, line);
        text_clear(&lines->rest);
        if (!goes_on) {
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
