/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/simulate/svg.h"
#include "policy/simulate/time_span.h"

/* From left to right through the time of a simulation. */
struct time_axis {
    double left;
    double width;
    int64_t span_us;   /* more than zero */
    int64_t origin_us; /* the date of its zero; 0: none */
};

double time_axis_x(const struct time_axis *axis, int64_t at_us);

/* Draws a grid from `top` to `bottom`, with hours or days, or dates, below it. */
void time_axis_draw(const struct time_axis *axis, struct svg *svg, double top, double bottom);
