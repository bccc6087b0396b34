/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

/*
 * Stamps arrivals in microseconds: what comes later gets a greater stamp, also within one
 * microsecond and when the wall clock steps back. Valid when zeroed; used by all http threads.
 */
struct arrival_clock {
    _Atomic int64_t last_us;
};

/* max(now, last + 1). */
int64_t arrival_clock_stamp(struct arrival_clock *clock, int64_t now_us);

/* The stamp that would be given now, for a dry run, which leaves no trace. */
int64_t arrival_clock_peek(const struct arrival_clock *clock, int64_t now_us);
