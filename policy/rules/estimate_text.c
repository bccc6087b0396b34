/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/estimate.h"

#include "base/text.h"

#define MINUTE_US (INT64_C(60) * 1000 * 1000)

/* A length of time in its largest unit of which it has at least two. */
struct rough_time {
    int64_t number;
    const char *unit;
};

static const struct time_unit {
    int64_t length_us;
    const char *name;
} time_units[] = {{MINUTE_US, "minute"}, {60 * MINUTE_US, "hour"}, {24 * 60 * MINUTE_US, "day"}};

static const struct time_unit *find_unit(int64_t span_us)
{
    const struct time_unit *unit = &time_units[ARRAY_LENGTH(time_units) - 1];

    while (unit > time_units && span_us < 2 * unit->length_us) {
        unit--;
    }
    return unit;
}

static struct rough_time round_down(int64_t span_us)
{
    const struct time_unit *unit = find_unit(span_us);

    return (struct rough_time){span_us / unit->length_us, unit->name};
}

static struct rough_time round_up(int64_t span_us)
{
    const struct time_unit *unit = find_unit(span_us);
    bool has_rest = span_us % unit->length_us != 0;

    return (struct rough_time){span_us / unit->length_us + (has_rest ? 1 : 0), unit->name};
}

static const char *ending(const struct rough_time *time)
{
    return time->number == 1 ? "" : "s";
}

/* Rounded outward, so that what is said holds. */
static char *format_interval(int64_t earliest_us, int64_t latest_us)
{
    const struct rough_time from = round_down(earliest_us);
    const struct rough_time to = round_up(latest_us);

    if (from.number == 0) {
        return text_format("within %lld %s%s", (long long)to.number, to.unit, ending(&to));
    }
    if (!text_equal(from.unit, to.unit)) {
        return text_format("in %lld %s%s to %lld %s%s", (long long)from.number, from.unit,
                           ending(&from), (long long)to.number, to.unit, ending(&to));
    }
    if (from.number == to.number) {
        return text_format("in about %lld %s%s", (long long)to.number, to.unit, ending(&to));
    }
    return text_format("in %lld to %lld %s%s", (long long)from.number, (long long)to.number,
                       to.unit, ending(&to));
}

char *estimate_format(const struct estimate *estimate, int64_t now_us)
{
    if (estimate->basis == ESTIMATE_NONE) {
        return memory_copy_text("no estimate yet");
    }
    if (estimate->latest_us <= now_us) {
        return memory_copy_text("may start at any moment");
    }
    int64_t earliest_us = estimate->earliest_us > now_us ? estimate->earliest_us : now_us;
    auto_free char *interval = format_interval(earliest_us - now_us, estimate->latest_us - now_us);
    if (estimate->basis == ESTIMATE_DECLARED) {
        return text_format("starts %s (by declared run times)", interval);
    }
    return text_format("starts %s (from %zu run times measured in this queue)", interval,
                       estimate->sample_count);
}
