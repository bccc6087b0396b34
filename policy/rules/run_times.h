/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The run times of the last workloads of a queue, in µs. Embedded and valid when zeroed. */
struct run_times {
    int64_t samples[64]; /* a ring */
    size_t count;        /* ever added */
};

void run_times_add(struct run_times *times, int64_t run_time_us);

/* Percentile of the samples, 0..100, by sorted[min(n - 1, floor(p * n / 100))]; -1 if there is
 * none. */
int64_t run_times_percentile(const struct run_times *times, int percent);

/* How many samples there are. */
size_t run_times_count(const struct run_times *times);
