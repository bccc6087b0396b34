/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"

/* Something that is going to happen to a workload. */
struct appointment {
    int64_t at_us;
    size_t workload;
    size_t run; /* of the workload: what was meant for an earlier run is void */
    enum appointment_kind {
        APPOINTMENT_END,        /* it has run for as long as it wanted, or was allowed to */
        APPOINTMENT_EVICTION,   /* the pods of a victim are gone */
        APPOINTMENT_UNPROTECTED /* it has run for long enough to be preempted */
    } kind;
};

/* What is going to happen, the soonest first: a binary heap. Embedded in its owner and valid when
 * zeroed. */
struct agenda ARRAY_OF(struct appointment);

void agenda_release(struct agenda *agenda);
void agenda_add(struct agenda *agenda, const struct appointment *appointment);

/* The soonest; of those at one instant the one with the smallest workload. NULL if there is none;
 * borrowed until the agenda changes. */
const struct appointment *agenda_find_next(const struct agenda *agenda);
void agenda_drop_next(struct agenda *agenda);
