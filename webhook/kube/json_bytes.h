/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"
#include "base/text.h"

/*
 * Finds its way in JSON without decoding it: a tree of a Pod costs twenty times the CPU and ten
 * times the memory of its bytes. Only the structure is looked at; that a value is well-formed is
 * for the parser to say. Never reads beyond a view, whatever the bytes.
 */

/* The value of a member of an object. Keys are compared as they are written. False if it is not
 * there, or the bytes before its end are not an object's. */
must_check bool json_bytes_find(struct text_view object, const char *key,
                                struct text_view *out_value);

/* Takes the next item off an array's bytes: `rest` is the whole array at first. False after the
 * last; then `rest` is no bytes at all, NULL, if the array ended as it should. */
must_check bool json_bytes_next(struct text_view *rest, struct text_view *out_item);

/* True if `value` is a string with this text, which needs no escapes. */
bool json_bytes_is_text(struct text_view value, const char *text);
