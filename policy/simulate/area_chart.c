/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/area_chart.h"

#include "policy/simulate/digits.h"

enum { LINES_MAX = 4, LABEL_GAP = 8, LABEL_DROP = 4, TITLE_RISE = 12, LIMIT_RISE = 5 };

void area_chart_release(struct area_chart *chart)
{
    array_for_each(layer, &chart->layers) {
        series_release(layer);
    }
    array_release(&chart->layers);
    legend_release(&chart->legend);
}

void area_chart_add_layer_take(struct area_chart *chart, const struct time_axis *axis,
                               const char *class_name, char *words)
{
    struct series series;

    series_init(&series, (size_t)axis->width, axis->span_us);
    array_append(&chart->layers, series);
    legend_add_take(&chart->legend, class_name, words);
}

/* 1, 2 or 5 times a power of ten. */
static double find_step(double maximum)
{
    static const double digits[] = {1, 2, 5};

    for (double power = 1;; power *= 10) {
        for (size_t i = 0; i < ARRAY_LENGTH(digits); i++) {
            if (maximum / (digits[i] * power) <= LINES_MAX) {
                return digits[i] * power;
            }
        }
    }
}

/* The amount at the upper edge; there is room for words above the limit. */
static double find_top(const struct area_chart *chart)
{
    double maximum = chart->limit * 1.1;
    double sum = 0;

    array_for_each(layer, &chart->layers) {
        sum += series_maximum(layer);
    }
    maximum = sum * 1.05 > maximum ? sum * 1.05 : maximum;
    return maximum > 1 ? maximum : 1;
}

static void draw_grid(const struct area_chart *chart, const struct time_axis *axis, double top,
                      struct svg *svg)
{
    const struct svg_font font = {"axis", SVG_END};
    double step = find_step(top);

    for (double value = 0; value <= top; value += step) {
        double y = chart->top + chart->height * (1 - value / top);
        auto_free char *label = digits_format((int64_t)value);
        svg_line(svg, "grid", axis->left, y, axis->left + axis->width, y);
        svg_text(svg, &font, axis->left - LABEL_GAP, y + LABEL_DROP, label);
    }
}

/* The edge of an area, in steps: only where it moves is there a point. */
static void draw_edge(const struct area_chart *chart, const struct time_axis *axis, double scale,
                      const double *amounts, size_t count, bool is_backward, struct svg *svg)
{
    double slot_width = axis->width / (double)count;
    double bottom = chart->top + chart->height;

    for (size_t i = 0; i < count; i++) {
        size_t slot = is_backward ? count - 1 - i : i;
        double left = axis->left + slot_width * (double)slot;
        double y = bottom - amounts[slot] * scale;
        bool is_first = slot == 0 || amounts[slot - 1] != amounts[slot];
        bool is_last = slot + 1 == count || amounts[slot + 1] != amounts[slot];
        if (is_backward ? is_last : is_first) {
            svg_area_point(svg, is_backward ? left + slot_width : left, y);
        }
        if (is_backward ? is_first : is_last) {
            svg_area_point(svg, is_backward ? left : left + slot_width, y);
        }
    }
}

static void draw_layers(const struct area_chart *chart, const struct time_axis *axis, double top,
                        struct svg *svg)
{
    size_t count = chart->layers.count > 0 ? chart->layers.items[0].slot_count : 0;
    auto_free double *below = memory_allocate((count + 1) * sizeof *below);
    auto_free double *above = memory_allocate((count + 1) * sizeof *above);

    for (size_t i = 0; i < chart->layers.count; i++) {
        for (size_t slot = 0; slot < count; slot++) {
            above[slot] = below[slot] + chart->layers.items[i].means[slot];
        }
        svg_area_begin(svg, chart->legend.items[i].class_name);
        draw_edge(chart, axis, chart->height / top, above, count, false, svg);
        draw_edge(chart, axis, chart->height / top, below, count, true, svg);
        svg_area_end(svg);
        memcpy(below, above, count * sizeof *below);
    }
}

static void draw_limit(const struct area_chart *chart, const struct time_axis *axis, double top,
                       struct svg *svg)
{
    const struct svg_font font = {"axis", SVG_END};
    double y = chart->top + chart->height * (1 - chart->limit / top);
    double right = axis->left + axis->width;

    if (chart->limit > 0) {
        svg_line(svg, "limit", axis->left, y, right, y);
        svg_text(svg, &font, right, y - LIMIT_RISE, chart->limit_words);
    }
}

void area_chart_draw(struct area_chart *chart, const struct time_axis *axis, struct svg *svg)
{
    const struct svg_font font = {"heading", SVG_START};

    array_for_each(layer, &chart->layers) {
        series_finish(layer);
    }
    double top = find_top(chart);
    svg_text(svg, &font, axis->left, chart->top - TITLE_RISE, chart->title);
    legend_draw(&chart->legend, axis->left + axis->width / 4, axis->left + axis->width,
                chart->top - TITLE_RISE, svg);
    time_axis_draw(axis, svg, chart->top, chart->top + chart->height);
    draw_grid(chart, axis, top, svg);
    draw_layers(chart, axis, top, svg);
    draw_limit(chart, axis, top, svg);
}
