/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"
#include "base/text.h"

/* Cuts a stream into lines; what is left of the last one is carried over. Embedded in its owner and
 * valid when zeroed but for the bound. */
struct json_lines {
    size_t limit_bytes; /* of one line */
    struct text rest;
};

typedef bool json_lines_handle(void *context, struct text_view line);

/* Calls `handle` for each whole line that is not empty, without its end. False if `handle` said
 * so, or if a line is too long. */
must_check bool json_lines_feed(struct json_lines *lines, const char *bytes, size_t size_bytes,
                                json_lines_handle *handle, void *context);
void json_lines_release(struct json_lines *lines);

MEMORY_DEFINE_AUTO_RELEASE(json_lines)
#define auto_json_lines __attribute__((cleanup(json_lines_auto_release)))
