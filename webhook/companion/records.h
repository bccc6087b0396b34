/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/cluster.h"
#include "webhook/companion/errands.h"
#include "webhook/companion/record_status.h"

/*
 * Keeps a Workload object for each workload (kueue-api.md §2.4, §3): made when it first waits or
 * holds, told where it stands, deleted when nothing waits or holds any more. Level-triggered: each
 * call compares what is stored with what should be, and sends at most one write. Owned by the
 * companion thread.
 */
struct records {
    struct cluster *cluster;
    struct errands *errands;
};

/* Sends the next write that the workload's record needs. False if it is to be asked again later,
 * although nothing changes meanwhile. */
bool records_update(struct records *records, struct workload *workload, int64_t now_ms);

/* Reserves quota for what must wait for its admission checks: told in the record, in which it
 * counts from then on. The admission is taken over. */
void records_reserve_take(struct records *records, struct workload *workload,
                          struct admission *admission);

/* Leads no more: what was not stored is not reserved. */
void records_forget_reservation(struct workload *workload);

/* False while the last write has not come back: what is known of the record is old. */
bool records_can_write(const struct workload *workload, int64_t now_ms);

/* Writes a status that was moved on; false if too many writes wait. */
bool records_write(struct records *records, struct workload *workload,
                   const struct record_status *status);

/* Lets the head of a line know why it still waits. */
void records_update_head(struct records *records, struct workload *workload);

/* The answer to a write; `subject` of the errand is the workload's uid. */
void records_note_answer(struct records *records, const struct errand *errand,
                         const struct kube_answer *answer, int64_t now_ms);
