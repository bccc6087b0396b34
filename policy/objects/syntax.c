/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/syntax.h"

#include <stddef.h>
#include <string.h>

enum { OBJECT_NAME_BYTES_MAX = 253, LABEL_BYTES_MAX = 63 };

static const char lower_case[] = "abcdefghijklmnopqrstuvwxyz0123456789";
static const char both_cases[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

static bool is_one_of(char character, const char *set)
{
    return character != '\0' && strchr(set, character) != NULL;
}

/* Letters of the set at both ends, and between them also the marks. */
static bool is_word(const char *text, size_t size_bytes, const char *letters, const char *marks)
{
    if (size_bytes == 0 || !is_one_of(text[0], letters) ||
        !is_one_of(text[size_bytes - 1], letters)) {
        return false;
    }
    for (size_t i = 0; i < size_bytes; i++) {
        if (!is_one_of(text[i], letters) && !is_one_of(text[i], marks)) {
            return false;
        }
    }
    return true;
}

static bool is_object_name(const char *text, size_t size_bytes)
{
    if (size_bytes > OBJECT_NAME_BYTES_MAX) {
        return false;
    }
    for (;;) {
        const char *dot = memchr(text, '.', size_bytes);
        size_t word_bytes = dot != NULL ? (size_t)(dot - text) : size_bytes;
        if (!is_word(text, word_bytes, lower_case, "-")) {
            return false;
        }
        if (dot == NULL) {
            return true;
        }
        text += word_bytes + 1;
        size_bytes -= word_bytes + 1;
    }
}

bool syntax_is_object_name(const char *text)
{
    return is_object_name(text, strlen(text));
}

bool syntax_is_dns_label(const char *text)
{
    size_t size_bytes = strlen(text);

    return size_bytes <= LABEL_BYTES_MAX && is_word(text, size_bytes, lower_case, "-");
}

bool syntax_is_qualified_name(const char *text)
{
    const char *slash = strchr(text, '/');
    const char *name = slash != NULL ? slash + 1 : text;
    size_t name_bytes = strlen(name);

    return (slash == NULL || is_object_name(text, (size_t)(slash - text))) &&
           name_bytes <= LABEL_BYTES_MAX && is_word(name, name_bytes, both_cases, "-_.");
}

bool syntax_is_label_value(const char *text)
{
    size_t size_bytes = strlen(text);

    return size_bytes == 0 ||
           (size_bytes <= LABEL_BYTES_MAX && is_word(text, size_bytes, both_cases, "-_."));
}
