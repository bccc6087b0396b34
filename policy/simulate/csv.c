/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/csv.h"

#include <string.h>

enum { CELL_BYTES_MAX = 1024 };

static const char byte_order_mark[] = "\xef\xbb\xbf";

void csv_init(struct csv *csv, const char *text, size_t size_bytes)
{
    *csv = (struct csv){.cursor = text, .end = text + size_bytes};
    if (text_starts_with(text, byte_order_mark)) {
        csv->cursor += strlen(byte_order_mark);
    }
    csv->line = csv->cursor;
    csv->is_line_over = true;
}

void csv_release(struct csv *csv)
{
    text_release(&csv->cell);
}

static bool is_at_line_end(const struct csv *csv)
{
    return csv->cursor == csv->end || *csv->cursor == '\n' || *csv->cursor == '\r';
}

static void skip_line(struct csv *csv)
{
    while (!is_at_line_end(csv)) {
        csv->cursor++;
    }
    if (csv->cursor < csv->end && *csv->cursor == '\r') {
        csv->cursor++;
    }
    if (csv->cursor < csv->end && *csv->cursor == '\n') {
        csv->cursor++;
    }
}

bool csv_next_line(struct csv *csv)
{
    do {
        if (csv->position.line > 0) {
            skip_line(csv);
        }
        csv->position = (struct document_position){.line = csv->position.line + 1, .column = 1};
    } while (csv->cursor < csv->end && is_at_line_end(csv));
    csv->line = csv->cursor;
    csv->fault = NULL;
    csv->is_line_over = csv->cursor == csv->end;
    return !csv->is_line_over;
}

static const char *fail(struct csv *csv, const char *fault)
{
    csv->fault = fault;
    csv->is_line_over = true;
    return NULL;
}

/* Behind the opening quote; a quote inside is doubled. False if it is not closed. */
static bool scan_quoted(struct csv *csv)
{
    for (; !is_at_line_end(csv); csv->cursor++) {
        if (*csv->cursor == '"') {
            csv->cursor++;
            if (is_at_line_end(csv) || *csv->cursor != '"') {
                return true;
            }
        }
        text_append_bytes(&csv->cell, csv->cursor, 1);
    }
    return false;
}

const char *csv_next_cell(struct csv *csv)
{
    if (csv->is_line_over) {
        return NULL;
    }
    text_clear(&csv->cell);
    csv->position.column = (int)(csv->cursor - csv->line) + 1;
    if (!is_at_line_end(csv) && *csv->cursor == '"') {
        csv->cursor++;
        if (!scan_quoted(csv)) {
            return fail(csv, "a quote that is not closed in its line");
        }
    }
    while (!is_at_line_end(csv) && *csv->cursor != ',') {
        text_append_bytes(&csv->cell, csv->cursor++, 1);
    }
    if (csv->cell.size_bytes > CELL_BYTES_MAX ||
        (csv->cell.bytes != NULL && strlen(csv->cell.bytes) != csv->cell.size_bytes)) {
        return fail(csv, "a cell that is too long or has a NUL character");
    }
    csv->is_line_over = is_at_line_end(csv);
    csv->cursor += csv->is_line_over ? 0 : 1;
    return csv->cell.bytes != NULL ? csv->cell.bytes : "";
}
