/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/companion/evictions.h"
#include "webhook/companion/plan.h"
#include "webhook/companion/starts.h"

/* Who carries changes out; borrowed. */
struct change_actors {
    struct cluster *cluster;
    struct errands *errands;
    struct starts *starts;
    struct records *records;
    struct evictions *evictions;
};

/* Hands one change of a plan to whoever carries it out; its admission may be taken. */
void change_apply(const struct change_actors *actors, struct change *change);
