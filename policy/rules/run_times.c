/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/run_times.h"

#include <stdlib.h>

#include "base/array.h"

static int compare_times(const void *left, const void *right)
{
    const int64_t *left_us = left;
    const int64_t *right_us = right;

    return *left_us < *right_us ? -1 : *left_us > *right_us;
}

void run_times_add(struct run_times *times, int64_t run_time_us)
{
    times->samples[times->count++ % ARRAY_LENGTH(times->samples)] = run_time_us;
}

int64_t run_times_percentile(const struct run_times *times, int percent)
{
    struct run_times sorted = *times;
    const size_t count = run_times_count(times);
    const size_t rank = count * (size_t)percent / 100;

    if (count == 0) {
        return -1;
    }
    qsort(sorted.samples, count, sizeof *sorted.samples, compare_times);
    return sorted.samples[rank < count ? rank : count - 1];
}

size_t run_times_count(const struct run_times *times)
{
    return times->count < ARRAY_LENGTH(times->samples) ? times->count
                                                       : ARRAY_LENGTH(times->samples);
}
