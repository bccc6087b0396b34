/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/trace_entry.h"

#include <inttypes.h>

#include "base/suggestion.h"
#include "base/text.h"
#include "policy/objects/quantity.h"
#include "policy/simulate/csv.h"

enum { COLUMNS_MAX = 64 };

#define MIB ((int64_t)1024 * 1024)

struct table;

/* What the cells of one column say. `resource` is for columns of amounts. */
struct column {
    bool (*read)(struct table *table, const char *cell, struct trace_entry *entry);
    char *resource;
};

/* One reading of a file. */
struct table {
    struct trace *trace;
    struct mistakes *mistakes;
    const char *file;
    struct csv csv;
    struct column columns[COLUMNS_MAX];
    size_t column_count;
    const struct column *column; /* of the cell */
};

static bool fail(const struct table *table, const char *message)
{
    return mistakes_add(table->mistakes, table->file, table->csv.position, "%s", message);
}

static bool read_span(const struct table *table, const char *cell, int64_t *out_us)
{
    struct error error = {0};

    return time_span_parse(cell, out_us, &error) || fail(table, error.message);
}

static bool read_arrival(struct table *table, const char *cell, struct trace_entry *entry)
{
    if (table->trace->clock == TRACE_CLOCK_ABSOLUTE) {
        return fail(table, "others arrive at a date, this one at a time from the beginning");
    }
    table->trace->clock = TRACE_CLOCK_RELATIVE;
    return read_span(table, cell, &entry->arrival_us);
}

static bool read_duration(struct table *table, const char *cell, struct trace_entry *entry)
{
    return read_span(table, cell, &entry->duration_us);
}

static bool read_run_time(struct table *table, const char *cell, struct trace_entry *entry)
{
    return cell[0] == '\0' || read_span(table, cell, &entry->run_time_us);
}

static bool read_name(struct table *table, const char *cell, struct trace_entry *entry)
{
    trace_entry_set_text(&entry->name, cell);
    return cell[0] != '\0' || fail(table, "a workload without a name");
}

static bool read_queue(struct table *table, const char *cell, struct trace_entry *entry)
{
    (void)table;
    trace_entry_set_text(&entry->queue, cell);
    return true;
}

static bool read_namespace(struct table *table, const char *cell, struct trace_entry *entry)
{
    (void)table;
    trace_entry_set_text(&entry->namespace_name, cell);
    return true;
}

static bool read_user(struct table *table, const char *cell, struct trace_entry *entry)
{
    (void)table;
    trace_entry_set_text(&entry->user, cell);
    return true;
}

static bool read_class(struct table *table, const char *cell, struct trace_entry *entry)
{
    (void)table;
    trace_entry_set_text(&entry->priority_class, cell);
    return true;
}

static bool read_kind(struct table *table, const char *cell, struct trace_entry *entry)
{
    const char *kind = trace_kind_find(cell);

    entry->kind = kind != NULL ? kind : entry->kind;
    return kind != NULL || fail(table, "must be Pod, Job or Notebook");
}

/* A whole number within the bounds. */
static bool read_number(const struct table *table, const char *cell, int64_t least,
                        int64_t *out_number)
{
    char *end;
    long long number = strtoll(cell, &end, 10);

    if (cell[0] == '\0' || *end != '\0' || number < least || number > INT32_MAX) {
        return mistakes_add(table->mistakes, table->file, table->csv.position,
                            "'%.40s' is no whole number from %" PRId64 " to %" PRId32, cell, least,
                            INT32_MAX);
    }
    *out_number = number;
    return true;
}

static bool read_priority(struct table *table, const char *cell, struct trace_entry *entry)
{
    return cell[0] == '\0' || read_number(table, cell, INT32_MIN, &entry->priority);
}

static bool read_count(struct table *table, const char *cell, struct trace_entry *entry)
{
    int64_t count;

    if (!read_number(table, cell, 1, &count)) {
        return false;
    }
    trace_entry_set_pods(entry, count);
    return true;
}

static void set_request(struct trace_entry *entry, const char *resource, int64_t amount)
{
    resources_set(&entry->pod_sets.items[0].requests, resource, amount);
}

static bool read_quantity(struct table *table, const char *cell, struct trace_entry *entry)
{
    struct error error = {0};
    int64_t amount;

    if (cell[0] == '\0') {
        return true;
    }
    if (!quantity_parse(cell, table->column->resource, &amount, &error)) {
        return fail(table, error.message);
    }
    set_request(entry, table->column->resource, amount);
    return true;
}

static bool read_milli(struct table *table, const char *cell, struct trace_entry *entry)
{
    int64_t milli;

    if (!read_number(table, cell, 0, &milli)) {
        return false;
    }
    set_request(entry, "cpu", milli);
    return true;
}

static bool read_mib(struct table *table, const char *cell, struct trace_entry *entry)
{
    int64_t mib;

    if (!read_number(table, cell, 0, &mib)) {
        return false;
    }
    set_request(entry, "memory", mib * MIB);
    return true;
}

/* A column whose name has a '/' is a resource; every other is one of these. */
static const struct known_column {
    const char *name;
    bool (*read)(struct table *table, const char *cell, struct trace_entry *entry);
    bool is_required;
} known_columns[] = {
    {"arrival_seconds", read_arrival, true},
    {"name", read_name, true},
    {"duration_seconds", read_duration, true},
    {"queue", read_queue, false},
    {"namespace", read_namespace, false},
    {"kind", read_kind, false},
    {"user", read_user, false},
    {"priority", read_priority, false},
    {"priority_class", read_class, false},
    {"count", read_count, false},
    {"max_run_time_seconds", read_run_time, false},
    {"cpu_milli", read_milli, false},
    {"memory_mib", read_mib, false},
    {"cpu", read_quantity, false},
    {"memory", read_quantity, false},
};

static const char *suggest_column(const char *name)
{
    const char *names[ARRAY_LENGTH(known_columns) + 1] = {NULL};

    for (size_t i = 0; i < ARRAY_LENGTH(known_columns); i++) {
        names[i] = known_columns[i].name;
    }
    return suggestion_find(name, names);
}

static bool add_column(struct table *table, const char *name)
{
    struct column column = {.resource = memory_copy_text(name)};

    for (size_t i = 0; i < ARRAY_LENGTH(known_columns); i++) {
        if (text_equal(known_columns[i].name, name)) {
            column.read = known_columns[i].read;
        }
    }
    if (column.read == NULL && strchr(name, '/') != NULL) {
        column.read = read_quantity;
    }
    table->columns[table->column_count++] = column;
    if (column.read != NULL) {
        return true;
    }
    const char *nearest = suggest_column(name);
    return mistakes_add(table->mistakes, table->file, table->csv.position,
                        "unknown column '%.80s'%s%s%s; a resource has a '/' in its name", name,
                        nearest != NULL ? ": did you mean '" : "", nearest != NULL ? nearest : "",
                        nearest != NULL ? "'?" : "");
}

static bool has_column(const struct table *table, const struct known_column *known)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (text_equal(table->columns[i].resource, known->name)) {
            return true;
        }
    }
    return false;
}

static bool read_header(struct table *table)
{
    bool is_read = true;
    const char *cell;

    while ((cell = csv_next_cell(&table->csv)) != NULL) {
        if (table->column_count == COLUMNS_MAX) {
            return fail(table, "more than 64 columns");
        }
        is_read &= add_column(table, cell);
    }
    table->csv.position.column = 1;
    for (size_t i = 0; i < ARRAY_LENGTH(known_columns); i++) {
        if (known_columns[i].is_required && !has_column(table, &known_columns[i])) {
            is_read = mistakes_add(table->mistakes, table->file, table->csv.position,
                                   "the column '%s' is missing", known_columns[i].name);
        }
    }
    return is_read;
}

static bool read_cells(struct table *table, struct trace_entry *entry)
{
    size_t index = 0;
    bool is_read = true;
    const char *cell;

    while ((cell = csv_next_cell(&table->csv)) != NULL) {
        if (index == table->column_count) {
            return fail(table, "more cells than the header has columns");
        }
        table->column = &table->columns[index++];
        is_read &= table->column->read(table, cell, entry);
    }
    if (table->csv.fault != NULL) {
        return fail(table, table->csv.fault);
    }
    if (index < table->column_count) {
        return mistakes_add(table->mistakes, table->file, table->csv.position,
                            "%zu cells, but the header has %zu columns", index,
                            table->column_count);
    }
    return is_read;
}

/* False if no more rows are wanted. */
static bool read_row(struct table *table)
{
    auto_trace_entry struct trace_entry entry = {0};

    trace_entry_init(&entry);
    trace_entry_set_pods(&entry, 1);
    entry.file = table->file;
    entry.position = (struct document_position){.line = table->csv.position.line, .column = 1};
    return !read_cells(table, &entry) || trace_append_take(table->trace, &entry, table->mistakes);
}

void trace_read_csv(struct trace *trace, const char *file, const char *text, size_t size_bytes,
                    struct mistakes *mistakes)
{
    struct table table = {.trace = trace, .mistakes = mistakes, .file = file};

    csv_init(&table.csv, text, size_bytes);
    if (csv_next_line(&table.csv) && read_header(&table)) {
        while (csv_next_line(&table.csv) && read_row(&table)) {
        }
    }
    for (size_t i = 0; i < table.column_count; i++) {
        free(table.columns[i].resource);
    }
    csv_release(&table.csv);
}
