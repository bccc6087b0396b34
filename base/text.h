/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

/* Borrowed bytes without a terminator, such as a request body. */
struct text_view {
    const char *bytes;
    size_t size_bytes;
};

/* A growing text, embedded in its owner and valid when zeroed. `bytes` is NULL while empty and
 * terminated otherwise. */
struct text {
    char *bytes;
    size_t size_bytes;
    size_t capacity_bytes;
};

void text_release(struct text *text);
void text_clear(struct text *text);
void text_append(struct text *text, const char *more);
void text_append_bytes(struct text *text, const void *bytes, size_t size_bytes);
void text_append_format(struct text *text, const char *text_format, ...)
    __attribute__((format(printf, 2, 3)));

/* The owned, terminated text, never NULL; the struct is empty afterwards. */
char *text_take(struct text *text);

/* An owned text made as printf does. */
char *text_format(const char *text_format, ...) __attribute__((format(printf, 1, 2)));

/* True if both are the same text; NULL equals only NULL. */
bool text_equal(const char *left, const char *right);
bool text_starts_with(const char *text, const char *prefix);
bool text_ends_with(const char *text, const char *suffix);

MEMORY_DEFINE_AUTO_RELEASE(text)
#define auto_text __attribute__((cleanup(text_auto_release)))
