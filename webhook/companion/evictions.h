/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/companion/records.h"

/*
 * Makes admitted workloads give back what they hold, when a rule says so or another takes their
 * place (kueue-api.md §3.6). Each step is stored before the next is taken, so that whoever leads
 * goes on from what is stored: the record says Evicted; the object is stopped; and once nothing of
 * it counts any more, the record gives the quota back (record_progress.h). Owned by the companion
 * thread.
 */
struct evictions {
    struct cluster *cluster;
    struct errands *errands;
    struct records *records;
};

/* Takes the next step if one is due. False if the workload is to be asked again later, although
 * nothing changes meanwhile. */
bool evictions_update(struct evictions *evictions, struct workload *workload, int64_t now_ms);

/* The victim is to go for the preemptor. An intent until its record says so: it is lost with the
 * leader, and decided anew by the next. */
void evictions_preempt(struct evictions *evictions, struct workload *victim,
                       enum preemption_reason reason, const struct workload *preemptor);

/* Marks those whose time limit has run out by now. */
void evictions_tick(struct evictions *evictions, int64_t now_us);

/* Leads no more: what was intended and not stored is forgotten. */
void evictions_end(struct evictions *evictions);
