/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/text.h"
#include "policy/objects/document.h"

/* Reads comma-separated values (RFC 4180, but a cell ends with its line). Embedded in its owner. */
struct csv {
    struct document_position position; /* of the last cell */
    const char *fault;                 /* why the line ended early; NULL: it did not */
    /* Private: */
    const char *cursor;
    const char *end;
    const char *line; /* where it begins */
    struct text cell;
    bool is_line_over;
};

/* The text is borrowed. */
void csv_init(struct csv *csv, const char *text, size_t size_bytes);
void csv_release(struct csv *csv);

/* Goes to the next line that is not empty; false at the end of the text. */
bool csv_next_line(struct csv *csv);

/* The next cell of the line, until the next call; NULL at the end of the line. */
const char *csv_next_cell(struct csv *csv);
