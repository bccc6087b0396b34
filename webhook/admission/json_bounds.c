/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/json_bounds.h"

/* The position of the quote that ends the string begun before `position`, or the end. */
static size_t find_string_end(struct text_view text, size_t position)
{
    while (position < text.size_bytes && text.bytes[position] != '"') {
        position += text.bytes[position] == '\\' ? 2 : 1;
    }
    return position;
}

bool json_bounds_check(struct text_view text, struct error *error)
{
    int depth = 0;
    int values = 0;

    for (size_t i = 0; i < text.size_bytes; i++) {
        char character = text.bytes[i];
        if (character == '"') {
            i = find_string_end(text, i + 1);
        } else if (character == '{' || character == '[') {
            depth++;
            values++;
        } else if (character == '}' || character == ']') {
            depth--;
        } else if (character == ',') {
            values++;
        }
        if (depth > JSON_DEPTH_MAX) {
            return error_set(error, ERROR_INVALID, "the body nests deeper than %d levels",
                             JSON_DEPTH_MAX);
        }
        if (values > JSON_VALUES_MAX) {
            return error_set(error, ERROR_INVALID, "the body holds more than %d values",
                             JSON_VALUES_MAX);
        }
    }
    return true;
}
