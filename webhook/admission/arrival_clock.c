/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/arrival_clock.h"

static int64_t stamp_after(int64_t last_us, int64_t now_us)
{
    return now_us > last_us ? now_us : last_us + 1;
}

int64_t arrival_clock_stamp(struct arrival_clock *clock, int64_t now_us)
{
    int64_t last_us = atomic_load_explicit(&clock->last_us, memory_order_relaxed);
    int64_t stamp_us;

    do {
        stamp_us = stamp_after(last_us, now_us);
    } while (!atomic_compare_exchange_weak_explicit(&clock->last_us, &last_us, stamp_us,
                                                    memory_order_relaxed, memory_order_relaxed));
    return stamp_us;
}

int64_t arrival_clock_peek(const struct arrival_clock *clock, int64_t now_us)
{
    return stamp_after(atomic_load_explicit(&clock->last_us, memory_order_relaxed), now_us);
}
