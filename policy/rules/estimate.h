/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/flavors.h"
#include "policy/rules/run_times.h"

enum estimate_basis {
    ESTIMATE_NONE,     /* "no estimate yet" */
    ESTIMATE_DECLARED, /* declared run times alone: it starts at `latest_us` at the latest */
    ESTIMATE_MEASURED, /* the measured durations of the queue (25th to 90th percentile) */
};

/* When a workload that waits may start: an interval, and what it rests on. */
struct estimate {
    enum estimate_basis basis;
    int64_t earliest_us;
    int64_t latest_us;
    size_t sample_count; /* of ESTIMATE_MEASURED */
};

/* Who is ahead in the same queue, in order, the workload itself last. */
struct estimate_line ARRAY_OF(struct estimate_entry {
    const struct pod_set_list *pod_sets;
    const char *only_flavor;
    int64_t run_time_us; /* declared; 0: none */
});

/*
 * Plays forward: what runs comes to its end, those ahead start in their order, each when it fits,
 * and end too. If declared ends alone make room, they are the estimate. Else those who declared
 * nothing end after the measured durations of the queue, counted from their start: two runs, one
 * with quick and one with slow ends, give the interval. In the slow one, nobody has less than half
 * of the slow duration to go, however long he has run.
 *
 * There is no estimate for what does not fit in any of this, from fewer than 5 samples, or with
 * more than 2,000 ahead.
 */
void estimate_start(const struct flavor_state *state, const struct run_times *times,
                    const struct estimate_line *line, int64_t now_us,
                    struct estimate *out_estimate);

/* "starts in 5 to 40 minutes (from 12 run times measured in this queue)", "no estimate yet". Owned
 * by the caller. */
char *estimate_format(const struct estimate *estimate, int64_t now_us);
