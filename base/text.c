/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_CAPACITY_BYTES = 64, ROOM_BYTES = 63 };

static void reserve(struct text *text, size_t more_bytes)
{
    size_t needed_bytes;

    if (__builtin_add_overflow(text->size_bytes, more_bytes, &needed_bytes) ||
        __builtin_add_overflow(needed_bytes, (size_t)1, &needed_bytes)) {
        abort();
    }
    if (needed_bytes <= text->capacity_bytes) {
        return;
    }
    size_t capacity_bytes = text->capacity_bytes != 0 ? text->capacity_bytes : FIRST_CAPACITY_BYTES;
    while (capacity_bytes < needed_bytes) {
        capacity_bytes = capacity_bytes <= SIZE_MAX / 2 ? capacity_bytes * 2 : needed_bytes;
    }
    text->bytes = memory_resize(text->bytes, capacity_bytes, 1);
    text->capacity_bytes = capacity_bytes;
}

/* Most texts are short: what fits into the room that is there is printed once. */
static void __attribute__((format(printf, 2, 0)))
append_arguments(struct text *text, const char *text_template, va_list arguments)
{
    va_list again;

    va_copy(again, arguments);
    reserve(text, ROOM_BYTES);
    size_t room_bytes = text->capacity_bytes - text->size_bytes;
    int length = vsnprintf(text->bytes + text->size_bytes, room_bytes, text_template, arguments);
    if (length < 0) {
        abort();
    }
    if ((size_t)length >= room_bytes) {
        reserve(text, (size_t)length);
        vsnprintf(text->bytes + text->size_bytes, (size_t)length + 1, text_template, again);
    }
    va_end(again);
    text->size_bytes += (size_t)length;
}

void text_release(struct text *text)
{
    free(text->bytes);
    memset(text, 0, sizeof *text);
}

void text_clear(struct text *text)
{
    text->size_bytes = 0;
    if (text->bytes != NULL) {
        text->bytes[0] = '\0';
    }
}

void text_append_bytes(struct text *text, const void *bytes, size_t size_bytes)
{
    reserve(text, size_bytes);
    if (size_bytes != 0) {
        memcpy(text->bytes + text->size_bytes, bytes, size_bytes);
    }
    text->size_bytes += size_bytes;
    text->bytes[text->size_bytes] = '\0';
}

void text_append(struct text *text, const char *more)
{
    text_append_bytes(text, more, strlen(more));
}

void text_append_format(struct text *text, const char *text_format, ...)
{
    va_list arguments;

    va_start(arguments, text_format);
    append_arguments(text, text_format, arguments);
    va_end(arguments);
}

char *text_take(struct text *text)
{
    reserve(text, 0);
    text->bytes[text->size_bytes] = '\0';
    char *bytes = take_pointer(&text->bytes);
    memset(text, 0, sizeof *text);
    return bytes;
}

char *text_format(const char *text_format, ...)
{
    struct text text = {0};
    va_list arguments;

    va_start(arguments, text_format);
    append_arguments(&text, text_format, arguments);
    va_end(arguments);
    return text_take(&text);
}

bool text_equal(const char *left, const char *right)
{
    if (left == NULL || right == NULL) {
        return left == right;
    }
    return strcmp(left, right) == 0;
}

bool text_starts_with(const char *text, const char *prefix)
{
    return text != NULL && strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *text, const char *suffix)
{
    if (text == NULL) {
        return false;
    }
    size_t text_bytes = strlen(text);
    size_t suffix_bytes = strlen(suffix);
    return text_bytes >= suffix_bytes && strcmp(text + text_bytes - suffix_bytes, suffix) == 0;
}
