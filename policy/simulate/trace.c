/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/trace.h"

#include <jansson.h>

#include "base/text.h"
#include "policy/simulate/trace_entry.h"

void trace_release(struct trace *trace)
{
    array_for_each(entry, &trace->entries) {
        trace_entry_release(entry);
    }
    array_release(&trace->entries);
    array_for_each(file, &trace->files) {
        free(*file);
    }
    array_release(&trace->files);
    array_for_each(note, &trace->notes) {
        free(*note);
    }
    array_release(&trace->notes);
}

bool trace_append_take(struct trace *trace, struct trace_entry *entry, struct mistakes *mistakes)
{
    if (trace->entries.count >= TRACE_ENTRIES_MAX) {
        mistakes_add(mistakes, entry->file, entry->position, "more than %d workloads",
                     TRACE_ENTRIES_MAX);
        return false;
    }
    array_append(&trace->entries, *entry);
    memset(entry, 0, sizeof *entry);
    return true;
}

enum format { FORMAT_YAML, FORMAT_CSV, FORMAT_LOG };

static void (*const readers[])(struct trace *trace, const char *file, const char *text,
                               size_t size_bytes, struct mistakes *mistakes) = {
    [FORMAT_YAML] = trace_read_yaml,
    [FORMAT_CSV] = trace_read_csv,
    [FORMAT_LOG] = trace_read_log,
};

/* The first line that is not empty says what the file is. */
static enum format guess_format(const char *text)
{
    enum { LINE_BYTES_MAX = 4096 };
    text += strspn(text, " \t\r\n");
    size_t line_bytes = strcspn(text, "\r\n");
    auto_free char *line =
        text_format("%.*s", (int)(line_bytes < LINE_BYTES_MAX ? line_bytes : LINE_BYTES_MAX), text);

    if (line[0] == '{') {
        return strstr(line, "\"message\"") != NULL ? FORMAT_LOG : FORMAT_YAML;
    }
    return strstr(line, "arrival_seconds") != NULL && line[0] != '#' ? FORMAT_CSV : FORMAT_YAML;
}

void trace_add_text(struct trace *trace, const char *file, const char *text, size_t size_bytes,
                    struct mistakes *mistakes)
{
    char *name = memory_copy_text(file);

    array_append(&trace->files, name);
    json_auto_t *probe = json_stringn(text, size_bytes);
    if (probe == NULL) {
        mistakes_add(mistakes, name, (struct document_position){1, 1}, "the file is not UTF-8");
        return;
    }
    readers[guess_format(text)](trace, name, text, size_bytes, mistakes);
}

/* The sort need not be stable: what is equal is told apart by where it was. */
static int compare_entries(const void *left_item, const void *right_item)
{
    const struct trace_entry *const *left = left_item;
    const struct trace_entry *const *right = right_item;

    if ((*left)->arrival_us != (*right)->arrival_us) {
        return (*left)->arrival_us < (*right)->arrival_us ? -1 : 1;
    }
    return *left < *right ? -1 : *left > *right;
}

static void sort_entries(struct trace_entries *entries)
{
    struct trace_entries sorted = {0};
    struct entry_order ARRAY_OF(const struct trace_entry *) order = {0};

    array_for_each(entry, entries) {
        array_append(&order, entry);
    }
    if (order.count > 0) {
        qsort(order.items, order.count, sizeof *order.items, compare_entries);
    }
    array_for_each(entry, &order) {
        array_append(&sorted, **entry);
    }
    array_release(&order);
    array_release(entries);
    *entries = sorted;
}

void trace_finish(struct trace *trace)
{
    sort_entries(&trace->entries);
    if (trace->clock != TRACE_CLOCK_ABSOLUTE || trace->entries.count == 0) {
        return;
    }
    trace->origin_us = trace->entries.items[0].arrival_us;
    array_for_each(entry, &trace->entries) {
        entry->arrival_us -= trace->origin_us;
    }
}
