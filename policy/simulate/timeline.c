/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/timeline.h"

#include <inttypes.h>

#include "policy/simulate/area_chart.h"
#include "policy/simulate/digits.h"
#include "policy/simulate/timeline_lanes.h"

/* From the top: title, figures, two charts, lanes. */
enum {
    WIDTH = 1260,
    LEFT = 220,
    RIGHT = 40,
    TITLE_Y = 46,
    SUBTITLE_Y = 70,
    TILE_Y = 92,
    TILE_HEIGHT = 64,
    USE_Y = 210,
    USE_HEIGHT = 190,
    WANTED_Y = 476,
    WANTED_HEIGHT = 110,
    LANES_Y = 664,
    BOTTOM = 50,
};

static const char style[] =
    "text{font-family:'Red Hat Text','Helvetica Neue',Arial,sans-serif;fill:#1b2733}"
    ".page{fill:#fff}.title{font-size:26px;font-weight:600}.subtitle{font-size:15px;fill:#55636f}"
    ".tile{fill:#f3f6f9}.figure{font-size:20px;font-weight:600}.caption{font-size:12px;fill:#"
    "55636f}"
    ".heading{font-size:14px;font-weight:600}.axis,.legend{font-size:12px;fill:#55636f}"
    ".name,.cell{font-size:12px}.remark{font-size:11px;fill:#7a4b00}"
    ".grid{stroke:#dde3e9;stroke-width:1}.limit{stroke:#1b2733;stroke-width:1.5;"
    "stroke-dasharray:6 4}.cut{stroke:#b3261e;stroke-width:3}.cut-mark{fill:#b3261e}"
    ".wait{fill:#f2b866}.f0{fill:#1f6fb2}.f1{fill:#3c9d6e}.f2{fill:#8a63b8}.f3{fill:#5bb4d8}"
    ".f4{fill:#c25b8f}.f5{fill:#7c8b2f}";

static char *format_title(const struct summary *summary)
{
    auto_free char *gpus = digits_format(summary->capacity);
    auto_free char *workloads = digits_format((int64_t)summary->workload_count);
    auto_free char *span = time_span_format(summary->makespan_us);

    return text_format("%s GPU%s, %s workloads, %s", gpus, summary->capacity == 1 ? "" : "s",
                       workloads, span);
}

static void append_count(struct text *text, size_t count, const char *words)
{
    auto_free char *number = digits_format((int64_t)count);

    if (count > 0) {
        text_append_format(text, " · %s %s", number, words);
    }
}

/* By which rules, of each queue as long as there are few, and what is out of the ordinary. */
static char *format_subtitle(const struct simulation *simulation, const struct summary *summary)
{
    enum { QUEUES_TOLD_MAX = 3 };
    struct text text = {0};
    size_t told = 0;

    array_for_each(stage, &simulation->stages) {
        array_for_each(line, &stage->lines) {
            if (told++ < QUEUES_TOLD_MAX) {
                text_append_format(&text, "%s%s: %s%s", text.size_bytes > 0 ? " · " : "",
                                   line->queue->name,
                                   line->is_strict ? "StrictFIFO" : "BestEffortFIFO",
                                   line->has_backfill ? " with backfill" : "");
            }
        }
    }
    if (told > QUEUES_TOLD_MAX) {
        text_append_format(&text, " · and %zu more queues", told - QUEUES_TOLD_MAX);
    }
    append_count(&text, summary->backfilled_count, "passed a blocked head");
    append_count(&text, summary->preemption_count, "preemptions");
    append_count(&text, summary->waiting_count, "never started");
    append_count(&text, summary->left_out_count, "can never start");
    return text_take(&text);
}

static void draw_tile(struct svg *svg, size_t index, const char *figure, const char *caption)
{
    enum { COUNT = 6, GAP = 12, INDENT = 14 };
    const struct svg_font figure_font = {"figure", SVG_START};
    const struct svg_font caption_font = {"caption", SVG_START};
    double width = (WIDTH - 2.0 * RIGHT - (COUNT - 1) * GAP) / COUNT;
    double x = RIGHT + (double)index * (width + GAP);

    svg_rectangle(svg, "tile", x, TILE_Y, width, TILE_HEIGHT, NULL);
    svg_text(svg, &figure_font, x + INDENT, TILE_Y + 28, figure);
    svg_text(svg, &caption_font, x + INDENT, TILE_Y + 50, caption);
}

static void draw_tiles(const struct summary *summary, struct svg *svg)
{
    const struct wait_figures *waits = &summary->waits;
    auto_free char *p50 = time_span_format(waits->p50_us);
    auto_free char *p99 = time_span_format(waits->p99_us);
    auto_free char *max = time_span_format(waits->max_us);
    auto_free char *waited = digits_format((int64_t)waits->waited_count);
    auto_free char *started = digits_format((int64_t)waits->count);
    auto_free char *waited_caption = text_format("waited, of %s that started", started);
    auto_free char *idle = digits_format((int64_t)(gpu_micros_to_hours(summary->idle) + 0.5));
    auto_free char *used = digits_format((int64_t)(gpu_micros_to_hours(summary->used) + 0.5));
    double all = gpu_micros_to_hours(summary->used + summary->idle);
    auto_free char *used_caption =
        text_format("GPU-hours used, %.0f %% of all",
                    all > 0 ? gpu_micros_to_hours(summary->used) * 100 / all : 0);

    draw_tile(svg, 0, p50, "median wait");
    draw_tile(svg, 1, p99, "99 % waited no longer");
    draw_tile(svg, 2, max, "longest wait");
    draw_tile(svg, 3, waited, waited_caption);
    draw_tile(svg, 4, used, used_caption);
    draw_tile(svg, 5, idle, "GPU-hours idle");
}

static size_t find_flavor(const struct summary *summary, const char *name)
{
    size_t index = 0;

    while (index + 1 < summary->flavors.count &&
           !text_equal(summary->flavors.items[index].name, name)) {
        index++;
    }
    return index;
}

static void draw_use(const struct simulation *simulation, const struct summary *summary,
                     const struct time_axis *axis, struct svg *svg)
{
    auto_free char *gpus = digits_format(summary->capacity);
    auto_free char *limit_words = text_format("quota: %s", gpus);
    struct area_chart chart = {
        .title = "GPUs in use",
        .limit = (double)summary->capacity,
        .limit_words = limit_words,
        .top = USE_Y,
        .height = USE_HEIGHT,
    };

    for (size_t i = 0; i < summary->flavors.count; i++) {
        const struct flavor_figures *flavor = &summary->flavors.items[i];
        area_chart_add_layer_take(&chart, axis, timeline_flavor_class(i),
                                  text_format("%s (%" PRId64 ")", flavor->name, flavor->capacity));
    }
    array_for_each(workload, &simulation->workloads) {
        array_for_each(run, &workload->runs) {
            array_for_each(share, &run->shares) {
                series_add(&chart.layers.items[find_flavor(summary, share->flavor)], run->start_us,
                           run->end_us, (double)share->gpus);
            }
        }
    }
    area_chart_draw(&chart, axis, svg);
    area_chart_release(&chart);
}

/* What a workload asks for while it waits, before the first start and between its runs. */
static void add_waits(const struct simulated_workload *workload, struct series *series)
{
    const double gpus = (double)(workload->gpus < GPUS_MAX ? workload->gpus : GPUS_MAX);
    int64_t since_us = workload->entry->arrival_us;

    array_for_each(run, &workload->runs) {
        series_add(series, since_us, run->start_us, gpus);
        since_us = run->end_us;
    }
    if (workload->state == SIMULATED_WAITING) {
        series_add(series, since_us, series->span_us, gpus);
    }
}

static void draw_wanted(const struct simulation *simulation, const struct time_axis *axis,
                        struct svg *svg)
{
    struct area_chart chart = {
        .title = "GPUs waited for",
        .top = WANTED_Y,
        .height = WANTED_HEIGHT,
    };

    area_chart_add_layer_take(&chart, axis, "wait",
                              memory_copy_text("asked for by those who wait"));
    array_for_each(workload, &simulation->workloads) {
        add_waits(workload, &chart.layers.items[0]);
    }
    area_chart_draw(&chart, axis, svg);
    area_chart_release(&chart);
}

/* Until the last end, and at least to the last arrival. */
static int64_t find_span_us(const struct simulation *simulation, const struct summary *summary)
{
    int64_t span_us = summary->makespan_us;

    array_for_each(workload, &simulation->workloads) {
        span_us = workload->entry->arrival_us > span_us ? workload->entry->arrival_us : span_us;
    }
    return span_us > 0 ? span_us : MICROS_PER_SECOND;
}

char *timeline_format(const struct simulation *simulation, const struct summary *summary)
{
    const struct svg_font title_font = {"title", SVG_START};
    const struct svg_font subtitle_font = {"subtitle", SVG_START};
    bool has_lanes = simulation->workloads.count <= TIMELINE_LANES_MAX;
    double height =
        LANES_Y + BOTTOM +
        (has_lanes ? timeline_lanes_height(simulation) : timeline_queues_height(summary));
    auto_free char *title = format_title(summary);
    auto_free char *subtitle = format_subtitle(simulation, summary);
    struct svg svg = {0};
    const struct time_axis axis = {
        .left = LEFT,
        .width = WIDTH - LEFT - RIGHT,
        .span_us = find_span_us(simulation, summary),
        .origin_us = simulation->origin_us,
    };

    svg_begin(&svg, WIDTH, height, title, style);
    svg_rectangle(&svg, "page", 0, 0, WIDTH, height, NULL);
    svg_text(&svg, &title_font, RIGHT, TITLE_Y, title);
    svg_text(&svg, &subtitle_font, RIGHT, SUBTITLE_Y, subtitle);
    draw_tiles(summary, &svg);
    draw_use(simulation, summary, &axis, &svg);
    draw_wanted(simulation, &axis, &svg);
    if (has_lanes) {
        timeline_lanes_draw(simulation, summary, &axis, LANES_Y, &svg);
    } else {
        timeline_queues_draw(summary, &axis, LANES_Y, &svg);
    }
    return svg_end_take(&svg);
}
