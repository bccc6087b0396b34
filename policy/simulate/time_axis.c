/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/time_axis.h"

#include <inttypes.h>

#include "base/array.h"
#include "base/timestamp.h"

enum { TICKS_MAX = 10, MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, LABEL_DROP = 16 };

static const int64_t steps_seconds[] = {
    1,          2,           5,           10,          15,         30,         MINUTE,   2 * MINUTE,
    5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR,       2 * HOUR,   3 * HOUR, 6 * HOUR,
    12 * HOUR,  DAY,         2 * DAY,     5 * DAY,     10 * DAY,   20 * DAY,   30 * DAY, 50 * DAY,
    100 * DAY,  200 * DAY,   365 * DAY,   1000 * DAY,  3650 * DAY, 10000 * DAY};

double time_axis_x(const struct time_axis *axis, int64_t at_us)
{
    return axis->left + axis->width * (double)at_us / (double)axis->span_us;
}

static int64_t find_step_us(const struct time_axis *axis)
{
    size_t index = 0;

    while (index + 1 < ARRAY_LENGTH(steps_seconds) &&
           axis->span_us / (steps_seconds[index] * MICROS_PER_SECOND) > TICKS_MAX) {
        index++;
    }
    return steps_seconds[index] * MICROS_PER_SECOND;
}

static char *format_date(int64_t wall_us, int64_t step_us)
{
    char date[TIMESTAMP_TEXT_BYTES];

    timestamp_format_seconds(wall_us, date); /* 2026-11-25T02:36:51Z */
    if (step_us >= (int64_t)DAY * MICROS_PER_SECOND) {
        return text_format("%.10s", date);
    }
    return text_format("%.5s %.5s", date + 5, date + 11);
}

/* In the unit of the step, so that labels can be compared at a glance. */
static char *format_offset(int64_t at_us, int64_t step_us)
{
    int64_t seconds = at_us / MICROS_PER_SECOND;
    int64_t step = step_us / MICROS_PER_SECOND;

    if (step >= DAY) {
        return text_format("%" PRId64 " d", seconds / DAY);
    }
    if (step >= HOUR) {
        return text_format("%" PRId64 " h", seconds / HOUR);
    }
    if (step >= MINUTE) {
        return text_format("%" PRId64 " min", seconds / MINUTE);
    }
    return text_format("%" PRId64 " s", seconds);
}

void time_axis_draw(const struct time_axis *axis, struct svg *svg, double top, double bottom)
{
    const struct svg_font font = {"axis", SVG_MIDDLE};
    int64_t step_us = find_step_us(axis);
    int64_t first_us = (step_us - axis->origin_us % step_us) % step_us;

    for (int64_t at_us = first_us; at_us <= axis->span_us; at_us += step_us) {
        auto_free char *label = axis->origin_us != 0 ? format_date(axis->origin_us + at_us, step_us)
                                                     : format_offset(at_us, step_us);
        double x = time_axis_x(axis, at_us);
        svg_line(svg, "grid", x, top, x, bottom);
        svg_text(svg, &font, x, bottom + LABEL_DROP, label);
    }
}
