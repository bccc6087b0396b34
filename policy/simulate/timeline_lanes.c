/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/timeline_lanes.h"

#include <inttypes.h>

#include "policy/simulate/digits.h"
#include "policy/simulate/legend.h"

enum {
    LANE = 22,       /* from one to the next */
    BAR = 14,        /* its height */
    NAME_BYTES = 22, /* of a name, before it is cut */
    GAP = 8,
    HEAD = 14,
    QUEUES_MAX = 20,
};

/* A bar that is shorter than that could not be seen. */
static const double bar_width_min = 1.5;

static const char *const flavor_classes[] = {"f0", "f1", "f2", "f3", "f4", "f5"};

const char *timeline_flavor_class(size_t flavor)
{
    return flavor_classes[flavor % ARRAY_LENGTH(flavor_classes)];
}

double timeline_lanes_height(const struct simulation *simulation)
{
    return (double)(simulation->workloads.count * LANE);
}

double timeline_queues_height(const struct summary *summary)
{
    size_t count = summary->queues.count < QUEUES_MAX ? summary->queues.count : QUEUES_MAX;

    return (double)((count + 1) * LANE);
}

/* Not in the middle of a character. */
static char *cut(const char *name)
{
    size_t bytes = NAME_BYTES;

    if (strlen(name) <= NAME_BYTES) {
        return memory_copy_text(name);
    }
    while (bytes > 0 && ((unsigned char)name[bytes] & 0xc0) == 0x80) {
        bytes--;
    }
    return text_format("%.*s…", (int)bytes, name);
}

static const char *find_class(const struct summary *summary, const struct run *run)
{
    for (size_t i = 0; i < summary->flavors.count && run->shares.count > 0; i++) {
        if (text_equal(summary->flavors.items[i].name, run->shares.items[0].flavor)) {
            return timeline_flavor_class(i);
        }
    }
    return timeline_flavor_class(0);
}

static void draw_bar(const struct time_axis *axis, const char *class_name, double y,
                     int64_t start_us, int64_t end_us, const char *tooltip, struct svg *svg)
{
    double left = time_axis_x(axis, start_us);
    double width = time_axis_x(axis, end_us) - left;

    svg_rectangle(svg, class_name, left, y, width > bar_width_min ? width : bar_width_min, BAR,
                  tooltip);
}

static char *format_tooltip(const struct simulated_workload *workload, int64_t waited_us)
{
    const struct verdict *why = &workload->why;
    auto_free char *wait = time_span_format(waited_us);
    const char *words = why->advice != NULL ? why->advice : why->message;

    return text_format("%s waits %s%s%s", workload->entry->name, wait, words != NULL ? ": " : "",
                       words != NULL ? words : "");
}

static void draw_wait(const struct simulated_workload *workload, const struct time_axis *axis,
                      double y, int64_t start_us, int64_t end_us, struct svg *svg)
{
    if (end_us > start_us) {
        auto_free char *tooltip = format_tooltip(workload, end_us - start_us);
        draw_bar(axis, "wait", y, start_us, end_us, tooltip, svg);
    }
}

/* Waiting and running in turn, from its arrival to its end. */
static void draw_spans(const struct simulated_workload *workload, const struct summary *summary,
                       const struct time_axis *axis, double y, struct svg *svg)
{
    int64_t since_us = workload->entry->arrival_us;

    array_for_each(run, &workload->runs) {
        auto_free char *span = time_span_format(run->end_us - run->start_us);
        auto_free char *tooltip =
            text_format("%s runs %s on %" PRId64 " GPUs%s", workload->entry->name, span, run->gpus,
                        run->is_preempted ? ", then is preempted" : "");
        draw_wait(workload, axis, y, since_us, run->start_us, svg);
        draw_bar(axis, find_class(summary, run), y, run->start_us, run->end_us, tooltip, svg);
        if (run->is_preempted) {
            double x = time_axis_x(axis, run->end_us);
            svg_line(svg, "cut", x, y - 2, x, y + BAR + 2);
        }
        since_us = run->end_us;
    }
    if (workload->state == SIMULATED_WAITING) {
        draw_wait(workload, axis, y, since_us, axis->span_us, svg);
    }
}

/* Beside the bars, on the side where there is room. */
static void draw_remark(const struct simulated_workload *workload, const struct time_axis *axis,
                        double y, struct svg *svg)
{
    const struct svg_font font = {"remark", SVG_START};
    const struct svg_font font_left = {"remark", SVG_END};
    bool has_started = simulated_workload_has_started(workload);
    int64_t end_us = has_started ? workload->runs.items[workload->runs.count - 1].end_us
                                 : workload->entry->arrival_us;
    auto_free char *wait = time_span_format(simulated_workload_wait_us(workload));
    auto_free char *waited = text_format("waited %s", wait);
    const char *words = workload->state == SIMULATED_LEFT_OUT    ? "can never start"
                        : workload->state == SIMULATED_WAITING   ? "never starts"
                        : workload->state == SIMULATED_UNMANAGED ? "asks for no GPU"
                                                                 : waited;

    if (has_started && simulated_workload_wait_us(workload) == 0) {
        return;
    }
    if (time_axis_x(axis, end_us) < axis->left + axis->width * 0.85) {
        svg_text(svg, &font, time_axis_x(axis, end_us) + GAP, y + BAR - 3, words);
    } else if (time_axis_x(axis, workload->entry->arrival_us) > axis->left + axis->width * 0.15) {
        svg_text(svg, &font_left, time_axis_x(axis, workload->entry->arrival_us) - GAP, y + BAR - 3,
                 words);
    }
}

static void draw_legend(const struct summary *summary, const struct time_axis *axis, double y,
                        struct svg *svg)
{
    struct legend legend = {0};

    legend_add_take(&legend, "wait", memory_copy_text("waiting"));
    for (size_t i = 0; i < summary->flavors.count; i++) {
        legend_add_take(&legend, timeline_flavor_class(i),
                        text_format("running on %s", summary->flavors.items[i].name));
    }
    if (summary->preemption_count > 0) {
        legend_add_take(&legend, "cut-mark", memory_copy_text("preempted"));
    }
    legend_draw(&legend, axis->left + axis->width / 4, axis->left + axis->width, y, svg);
    legend_release(&legend);
}

void timeline_lanes_draw(const struct simulation *simulation, const struct summary *summary,
                         const struct time_axis *axis, double top, struct svg *svg)
{
    const struct svg_font font = {"name", SVG_END};
    const struct svg_font heading = {"heading", SVG_START};
    double y = top;

    svg_text(svg, &heading, axis->left, top - HEAD, "Each workload");
    draw_legend(summary, axis, top - HEAD, svg);
    time_axis_draw(axis, svg, top, top + timeline_lanes_height(simulation));
    array_for_each(workload, &simulation->workloads) {
        auto_free char *name = cut(workload->entry->name);
        auto_free char *label = text_format("%s · %" PRId64 " GPU%s", name, workload->gpus,
                                            workload->gpus == 1 ? "" : "s");
        double bar_y = y + (LANE - BAR) / 2.0;
        svg_text(svg, &font, axis->left - GAP, bar_y + BAR - 3, label);
        draw_spans(workload, summary, axis, bar_y, svg);
        draw_remark(workload, axis, bar_y, svg);
        y += LANE;
    }
}

/* Where the columns of figures end, as parts of the width. */
static const double column_ends[] = {0.12, 0.24, 0.38, 0.52, 0.66};

static void draw_cells(const struct time_axis *axis, const char *class_name, double y,
                       const char *const *cells, struct svg *svg)
{
    const struct svg_font font = {class_name, SVG_END};

    for (size_t i = 0; i < ARRAY_LENGTH(column_ends); i++) {
        svg_text(svg, &font, axis->left + axis->width * column_ends[i], y, cells[i]);
    }
}

static void draw_queue(const struct queue_figures *queue, const struct summary *summary,
                       const struct time_axis *axis, double y, struct svg *svg)
{
    const struct svg_font font = {"name", SVG_END};
    const struct svg_font remark = {"remark", SVG_START};
    auto_free char *name = cut(queue->name);
    auto_free char *count = digits_format((int64_t)queue->workload_count);
    auto_free char *waited = digits_format((int64_t)queue->waits.waited_count);
    auto_free char *p50 = time_span_format(queue->waits.p50_us);
    auto_free char *p99 = time_span_format(queue->waits.p99_us);
    auto_free char *max = time_span_format(queue->waits.max_us);
    auto_free char *used = digits_format((int64_t)(gpu_micros_to_hours(queue->used) + 0.5));
    auto_free char *hours = text_format("%s GPU-hours", used);
    double share = summary->used > 0 ? (double)queue->used / (double)summary->used : 0;
    double left = axis->left + axis->width * 0.70;

    svg_text(svg, &font, axis->left - GAP, y, name);
    draw_cells(axis, "cell", y, (const char *const[]){count, waited, p50, p99, max}, svg);
    svg_rectangle(svg, "f0", left, y - BAR + 3, axis->width * 0.15 * share + 1, BAR, NULL);
    svg_text(svg, &remark, left + axis->width * 0.15 * share + GAP, y, hours);
}

void timeline_queues_draw(const struct summary *summary, const struct time_axis *axis, double top,
                          struct svg *svg)
{
    const struct svg_font heading = {"heading", SVG_START};
    static const char *const heads[] = {"workloads", "waited", "median wait", "99 % at most",
                                        "longest wait"};
    double y = top + BAR;

    svg_text(svg, &heading, axis->left, top - HEAD, "Each queue");
    draw_cells(axis, "axis", y, heads, svg);
    for (size_t i = 0; i < summary->queues.count && i < QUEUES_MAX; i++) {
        y += LANE;
        draw_queue(&summary->queues.items[i], summary, axis, y, svg);
    }
}
