/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/json_bytes.h"

#include <string.h>

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) {
        at++;
    }
    return at;
}

/* `at` is the opening quote. Behind the closing one; NULL if there is none. */
static const char *skip_string(const char *at, const char *end)
{
    for (at++; at < end; at++) {
        at = memchr(at, '"', (size_t)(end - at));
        if (at == NULL) {
            return NULL;
        }
        const char *escape = at;
        while (escape[-1] == '\\') {
            escape--;
        }
        if ((at - escape) % 2 == 0) {
            return at + 1;
        }
    }
    return NULL;
}

/* To the next byte that opens, closes or quotes. */
static const char *skip_plain(const char *at, const char *end)
{
    static const bool is_structure[256] = {
        ['"'] = true, ['{'] = true, ['}'] = true, ['['] = true, [']'] = true,
    };

    while (at < end && !is_structure[(unsigned char)*at]) {
        at++;
    }
    return at;
}

static const char *skip_container(const char *at, const char *end)
{
    size_t depth = 0;

    while (at != NULL && at < end) {
        if (*at == '"') {
            at = skip_string(at, end);
        } else if (*at == '{' || *at == '[') {
            depth++;
            at++;
        } else {
            depth--;
            at++;
            if (depth == 0) {
                return at;
            }
        }
        at = at != NULL ? skip_plain(at, end) : NULL;
    }
    return NULL;
}

static const char *skip_scalar(const char *at, const char *end)
{
    const char *start = at;

    while (at < end && memchr(",]}{[\": \t\r\n", *at, 12) == NULL) {
        at++;
    }
    return at > start ? at : NULL;
}

/* Behind the value that begins at `at`; NULL if there is none that is whole. */
static const char *skip_value(const char *at, const char *end)
{
    if (at >= end) {
        return NULL;
    }
    switch (*at) {
    case '"':
        return skip_string(at, end);
    case '{':
    case '[':
        return skip_container(at, end);
    default:
        return skip_scalar(at, end);
    }
}

/* Reads `"key": value` at `at`; behind it, or NULL. */
static const char *read_member(const char *at, const char *end, struct text_view *out_key,
                               struct text_view *out_value)
{
    const char *behind_key = at < end && *at == '"' ? skip_string(at, end) : NULL;

    if (behind_key == NULL) {
        return NULL;
    }
    *out_key = (struct text_view){at, (size_t)(behind_key - at)};
    at = skip_space(behind_key, end);
    if (at >= end || *at != ':') {
        return NULL;
    }
    at = skip_space(at + 1, end);
    const char *behind_value = skip_value(at, end);
    if (behind_value != NULL) {
        *out_value = (struct text_view){at, (size_t)(behind_value - at)};
    }
    return behind_value;
}

bool json_bytes_is_text(struct text_view value, const char *text)
{
    size_t text_bytes = strlen(text);

    return value.size_bytes == text_bytes + 2 && value.bytes[0] == '"' &&
           memcmp(value.bytes + 1, text, text_bytes) == 0;
}

bool json_bytes_find(struct text_view object, const char *key, struct text_view *out_value)
{
    const char *end = object.bytes + object.size_bytes;
    const char *at = skip_space(object.bytes, end);
    struct text_view member_key;
    struct text_view value;

    while (at < end && (*at == '{' || *at == ',')) {
        at = read_member(skip_space(at + 1, end), end, &member_key, &value);
        if (at == NULL) {
            return false;
        }
        if (json_bytes_is_text(member_key, key)) {
            *out_value = value;
            return true;
        }
        at = skip_space(at, end);
    }
    return false;
}

bool json_bytes_next(struct text_view *rest, struct text_view *out_item)
{
    const char *end = rest->bytes + rest->size_bytes;
    const char *at = skip_space(rest->bytes, end);
    bool is_first = at < end && *at == '[';

    if (is_first || (at < end && *at == ',')) {
        at = skip_space(at + 1, end);
        const char *behind = skip_value(at, end);
        if (behind != NULL) {
            *out_item = (struct text_view){at, (size_t)(behind - at)};
            *rest = (struct text_view){behind, (size_t)(end - behind)};
            return true;
        }
        if (!is_first) {
            return false;
        }
    }
    if (at < end && *at == ']') {
        *rest = (struct text_view){NULL, 0};
    }
    return false;
}
