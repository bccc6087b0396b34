/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/array.h"
#include "policy/simulate/legend.h"
#include "policy/simulate/series.h"
#include "policy/simulate/time_axis.h"

/* One layer of a chart; its colour and words are in the legend, at the same number. */
struct area_layers ARRAY_OF(struct series);

/* Amounts over time, one on top of the other. Embedded in its owner. */
struct area_chart {
    const char *title;
    struct area_layers layers;
    struct legend legend;
    double limit; /* a line across it; 0: none */
    const char *limit_words;
    double top;
    double height;
};

void area_chart_release(struct area_chart *chart);

/* Adds an empty layer of as many slots as it has pixels; takes the words. */
void area_chart_add_layer_take(struct area_chart *chart, const struct time_axis *axis,
                               const char *class_name, char *words);

/* Draws it once all amounts were added. */
void area_chart_draw(struct area_chart *chart, const struct time_axis *axis, struct svg *svg);
