/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/series.h"

#include <string.h>

void series_init(struct series *series, size_t slot_count, int64_t span_us)
{
    *series = (struct series){
        .means = memory_allocate(slot_count * sizeof *series->means),
        .steps = memory_allocate((slot_count + 1) * sizeof *series->steps),
        .slot_count = slot_count,
        .span_us = span_us,
    };
}

void series_release(struct series *series)
{
    free(series->means);
    free(series->steps);
    memset(series, 0, sizeof *series);
}

/* Where the time is, in slots. */
static double find_slot(const struct series *series, int64_t at_us)
{
    double slot = (double)series->slot_count * (double)at_us / (double)series->span_us;

    return slot < (double)series->slot_count ? slot : (double)series->slot_count;
}

/* From a time on until the end: in part in its own slot, in full in those behind. */
static void add_from(struct series *series, int64_t at_us, double amount)
{
    double slot = find_slot(series, at_us);
    size_t index = (size_t)slot;

    if (index < series->slot_count) {
        series->means[index] += amount * (1 - (slot - (double)index));
        series->steps[index + 1] += amount;
    }
}

void series_add(struct series *series, int64_t start_us, int64_t end_us, double amount)
{
    add_from(series, start_us, amount);
    add_from(series, end_us, -amount);
}

void series_finish(struct series *series)
{
    double full = 0;

    for (size_t i = 0; i < series->slot_count; i++) {
        full += series->steps[i];
        series->means[i] += full;
    }
}

double series_maximum(const struct series *series)
{
    double maximum = 0;

    for (size_t i = 0; i < series->slot_count; i++) {
        maximum = series->means[i] > maximum ? series->means[i] : maximum;
    }
    return maximum;
}
