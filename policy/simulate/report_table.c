/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/report_table.h"

#include <inttypes.h>

#include "base/text.h"
#include "base/timestamp.h"

enum { COLUMNS_MAX = 8, GAP = 2 };

/* Texts in rows, as wide as they need to be. */
struct table {
    struct table_cells ARRAY_OF(char *) cells;
    size_t column_count;
    bool is_number[COLUMNS_MAX]; /* of the columns that are set to the right */
};

static void add_cell(struct table *table, char *text)
{
    array_append(&table->cells, text);
}

static void add_head(struct table *table, const char *name, bool is_number)
{
    table->is_number[table->column_count++] = is_number;
    add_cell(table, memory_copy_text(name));
}

/* Characters, not bytes: what follows the first byte of one does not count. */
static int count_width(const char *text)
{
    int width = 0;

    for (; *text != '\0'; text++) {
        width += ((unsigned char)*text & 0xc0) != 0x80 ? 1 : 0;
    }
    return width;
}

static void measure(const struct table *table, int widths[static COLUMNS_MAX])
{
    for (size_t i = 0; i < table->cells.count; i++) {
        int width = count_width(table->cells.items[i]);
        int *widest = &widths[i % table->column_count];
        *widest = width > *widest ? width : *widest;
    }
}

static void end_line(struct text *out)
{
    while (out->size_bytes > 0 && out->bytes[out->size_bytes - 1] == ' ') {
        out->size_bytes--;
    }
    text_append(out, "\n");
}

static void print_cell(const struct table *table, size_t index, int width, struct text *out)
{
    const char *cell = table->cells.items[index];
    size_t column = index % table->column_count;
    bool is_last = column + 1 == table->column_count;
    int space = width - count_width(cell);

    if (table->is_number[column]) {
        text_append_format(out, "%*s%s", space, "", cell);
    } else {
        text_append_format(out, "%s%*s", cell, space, "");
    }
    if (is_last) {
        end_line(out);
    } else {
        text_append_format(out, "%*s", GAP, "");
    }
}

/* Prints and empties it. */
static void flush(struct table *table, struct text *out)
{
    int widths[COLUMNS_MAX] = {0};

    measure(table, widths);
    for (size_t i = 0; i < table->cells.count; i++) {
        print_cell(table, i, widths[i % table->column_count], out);
    }
    array_for_each(cell, &table->cells) {
        free(*cell);
    }
    array_release(&table->cells);
    table->column_count = 0;
}

static void print_count(struct text *out, const char *separator, size_t count, const char *words)
{
    if (count > 0) {
        text_append_format(out, "%s%zu %s", separator, count, words);
    }
}

static void print_counts(const struct summary *summary, struct text *out)
{
    text_append_format(out, "%zu workloads: %zu started, of which %zu waited",
                       summary->workload_count, summary->waits.count, summary->waits.waited_count);
    print_count(out, "; ", summary->waiting_count, "never started");
    print_count(out, "; ", summary->left_out_count, "can never start and are left out");
    print_count(out, "; ", summary->unmanaged_count, "ask for no GPU and are left out");
    print_count(out, "; ", summary->backfilled_count, "passed a blocked head");
    print_count(out, "; ", summary->preemption_count, "preemptions");
    print_count(out, "; ", summary->cut_off_count, "ended by their maximum run time");
    text_append(out, "\n");
}

static double percent_of(gpu_micros part, gpu_micros whole)
{
    return whole > 0 ? (double)part * 100 / (double)whole : 0;
}

static void print_summary(const struct summary *summary, struct text *out)
{
    const struct wait_figures *waits = &summary->waits;
    auto_free char *mean = time_span_format((int64_t)(waits->mean_seconds * MICROS_PER_SECOND));
    auto_free char *p50 = time_span_format(waits->p50_us);
    auto_free char *p99 = time_span_format(waits->p99_us);
    auto_free char *max = time_span_format(waits->max_us);
    auto_free char *makespan = time_span_format(summary->makespan_us);

    print_counts(summary, out);
    text_append_format(out, "wait       mean %s, median %s, 99 %% at most %s, longest %s\n", mean,
                       p50, p99, max);
    text_append_format(out, "GPU-hours  %.1f used (%.1f %% of %" PRId64 " GPUs), %.1f idle",
                       gpu_micros_to_hours(summary->used),
                       percent_of(summary->used, summary->used + summary->idle), summary->capacity,
                       gpu_micros_to_hours(summary->idle));
    if (summary->lost > 0) {
        text_append_format(out, ", %.1f to be done again after preemption",
                           gpu_micros_to_hours(summary->lost));
    }
    text_append_format(out, "\nlast end   %s\n", makespan);
    if (summary->promise_count > 0) {
        text_append_format(out, "estimates  told to %zu that waited, right for %zu\n",
                           summary->promise_count, summary->promise_kept_count);
    }
}

static void print_queues(const struct summary *summary, struct text *out)
{
    struct table table = {0};

    add_head(&table, "QUEUE", false);
    add_head(&table, "WORKLOADS", true);
    add_head(&table, "WAITED", true);
    add_head(&table, "MEDIAN", true);
    add_head(&table, "99 %", true);
    add_head(&table, "LONGEST", true);
    add_head(&table, "GPU-HOURS", true);
    array_for_each(queue, &summary->queues) {
        add_cell(&table, memory_copy_text(queue->name));
        add_cell(&table, text_format("%zu", queue->workload_count));
        add_cell(&table, text_format("%zu", queue->waits.waited_count));
        add_cell(&table, time_span_format(queue->waits.p50_us));
        add_cell(&table, time_span_format(queue->waits.p99_us));
        add_cell(&table, time_span_format(queue->waits.max_us));
        add_cell(&table, text_format("%.1f", gpu_micros_to_hours(queue->used)));
    }
    flush(&table, out);
}

static void print_flavors(const struct summary *summary, struct text *out)
{
    struct table table = {0};

    add_head(&table, "FLAVOR", false);
    add_head(&table, "GPUS", true);
    add_head(&table, "GPU-HOURS", true);
    add_head(&table, "USED", true);
    array_for_each(flavor, &summary->flavors) {
        add_cell(&table, memory_copy_text(flavor->name));
        add_cell(&table, text_format("%" PRId64, flavor->capacity));
        add_cell(&table, text_format("%.1f", gpu_micros_to_hours(flavor->used)));
        add_cell(&table,
                 text_format("%.1f %%", percent_of(flavor->used, (gpu_micros)flavor->capacity *
                                                                     summary->makespan_us)));
    }
    flush(&table, out);
}

/* When on the clock: after how long, or on which date. */
static char *format_instant(const struct simulation *simulation, int64_t at_us)
{
    if (simulation->origin_us != 0) {
        char date[TIMESTAMP_TEXT_BYTES];
        timestamp_format_seconds(simulation->origin_us + at_us, date);
        return memory_copy_text(date);
    }
    return time_span_format(at_us);
}

static char *format_flavors(const struct simulated_workload *workload)
{
    struct text text = {0};

    if (workload->runs.count > 0) {
        array_for_each(share, &workload->runs.items[0].shares) {
            text_append_format(&text, "%s%s", text.size_bytes > 0 ? "," : "", share->flavor);
        }
    }
    return text.size_bytes > 0 ? text_take(&text) : memory_copy_text("-");
}

/* What is free says nothing to what can never fit: the message tells what it exceeds. */
static const char *choose_words(const struct verdict *why)
{
    if (why->kind != VERDICT_INADMISSIBLE || why->message == NULL) {
        return why->advice != NULL ? why->advice : why->message;
    }
    const char *reasons = strstr(why->message, ": ");
    return reasons != NULL ? reasons + 2 : why->message;
}

static char *format_why(const struct simulated_workload *workload)
{
    const struct verdict *why = &workload->why;
    const char *words = choose_words(why);
    struct text text = {0};

    text_append(&text, words != NULL ? words : "");
    if (workload->runs.count > 0 && workload->runs.items[0].is_backfilled) {
        text_append_format(&text, "%spassed a blocked head", words != NULL ? "; " : "");
    }
    if (workload->runs.count > 1) {
        text_append_format(&text, "%spreempted %zu time%s", text.size_bytes > 0 ? "; " : "",
                           workload->runs.count - 1, workload->runs.count == 2 ? "" : "s");
    }
    return text_take(&text);
}

static char *format_start(const struct simulation *simulation,
                          const struct simulated_workload *workload)
{
    if (workload->runs.count > 0) {
        return format_instant(simulation, workload->runs.items[0].start_us);
    }
    return memory_copy_text(workload->state == SIMULATED_UNMANAGED ? "unmanaged" : "never");
}

static void print_workload(const struct simulation *simulation,
                           const struct simulated_workload *workload, struct table *table)
{
    const struct trace_entry *entry = workload->entry;
    const char *slash = entry->namespace_name[0] != '\0' ? "/" : "";

    add_cell(table, text_format("%s%s%s%s", entry->namespace_name, slash, entry->name,
                                entry->is_added ? " (added)" : ""));
    add_cell(table, summary_queue_name(workload));
    add_cell(table, text_format("%" PRId64, workload->gpus));
    add_cell(table, format_instant(simulation, entry->arrival_us));
    add_cell(table, format_start(simulation, workload));
    add_cell(table, workload->runs.count > 0
                        ? time_span_format(simulated_workload_wait_us(workload))
                        : memory_copy_text("-"));
    add_cell(table, format_flavors(workload));
    add_cell(table, format_why(workload));
}

struct rows ARRAY_OF(const struct simulated_workload *);

/* What was added to see it, then the longest wait; what never started has waited longest of all. */
static int compare_by_wait(const void *left_item, const void *right_item)
{
    const struct simulated_workload *left = *(const struct simulated_workload *const *)left_item;
    const struct simulated_workload *right = *(const struct simulated_workload *const *)right_item;
    int64_t left_us = left->runs.count > 0 ? simulated_workload_wait_us(left) : INT64_MAX;
    int64_t right_us = right->runs.count > 0 ? simulated_workload_wait_us(right) : INT64_MAX;

    if (left->entry->is_added != right->entry->is_added) {
        return left->entry->is_added ? -1 : 1;
    }
    if (left_us != right_us) {
        return left_us > right_us ? -1 : 1;
    }
    return left < right ? -1 : left > right;
}

static int compare_by_arrival(const void *left_item, const void *right_item)
{
    const struct simulated_workload *left = *(const struct simulated_workload *const *)left_item;
    const struct simulated_workload *right = *(const struct simulated_workload *const *)right_item;

    return left < right ? -1 : left > right;
}

static void choose_rows(const struct simulation *simulation, size_t rows_max, struct rows *out_rows)
{
    array_for_each(workload, &simulation->workloads) {
        array_append(out_rows, workload);
    }
    if (rows_max == 0 || out_rows->count <= rows_max) {
        return;
    }
    qsort(out_rows->items, out_rows->count, sizeof *out_rows->items, compare_by_wait);
    out_rows->count = rows_max;
    qsort(out_rows->items, out_rows->count, sizeof *out_rows->items, compare_by_arrival);
}

static void print_workloads(const struct simulation *simulation, size_t rows_max, struct text *out)
{
    struct table table = {0};
    struct rows rows = {0};

    choose_rows(simulation, rows_max, &rows);
    if (rows.count < simulation->workloads.count) {
        text_append_format(out, "The %zu that waited longest of %zu; --rows 0 shows all.\n",
                           rows.count, simulation->workloads.count);
    }
    add_head(&table, "WORKLOAD", false);
    add_head(&table, "QUEUE", false);
    add_head(&table, "GPUS", true);
    add_head(&table, "ARRIVES", true);
    add_head(&table, "STARTS", true);
    add_head(&table, "WAITS", true);
    add_head(&table, "FLAVOR", false);
    add_head(&table, "WHY IT WAITED", false);
    array_for_each(row, &rows) {
        print_workload(simulation, *row, &table);
    }
    flush(&table, out);
    array_release(&rows);
}

char *report_table_format(const struct simulation *simulation, const struct summary *summary,
                          size_t rows_max)
{
    struct text out = {0};

    print_summary(summary, &out);
    text_append(&out, "\n");
    print_queues(summary, &out);
    text_append(&out, "\n");
    print_flavors(summary, &out);
    text_append(&out, "\n");
    print_workloads(simulation, rows_max, &out);
    return text_take(&out);
}
