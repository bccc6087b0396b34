/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/companion/errands.h"
#include "webhook/companion/lease_keeper.h"
#include "webhook/companion/plan.h"

/*
 * Carries out what was decided to start: reserved in the ledger, committed into the Lease, then
 * sent, and followed until its effect is seen (design.md §5). Owned by the companion thread.
 */
struct starts {
    struct cluster *cluster;
    struct errands *errands;
    struct lease_keeper *keeper;
    uint64_t sequence; /* of the last proposal */
    int64_t transitions;
    uint64_t fence_count; /* a fence's value is never repeated */
    bool has_unproposed;
};

/* Leads from now on; what the last holder left is counted, and fenced once all is listed. */
void starts_begin(struct starts *starts, int64_t transitions, const char *grants);

/* All is listed: inherited grants whose object has moved or gone are over. */
void starts_reconcile(struct starts *starts);

/* Leads no more: another counts what is open from now on. */
void starts_end(struct starts *starts);

/* Opens a grant for a start or release, and takes the change's admission. */
void starts_reserve_take(struct starts *starts, struct change *change);

/* Hands all open grants to the lease keeper if some of them are new. */
void starts_propose(struct starts *starts);

/* The Lease carries this sequence: what it holds may be sent. */
void starts_commit(struct starts *starts, uint64_t sequence);

/* Sends first copies, fences, and copies whose time has come again. */
void starts_send_due(struct starts *starts, int64_t now_ms);

/* The answer to a start or a fence. */
void starts_note_answer(struct starts *starts, const struct errand *errand,
                        const struct kube_answer *answer, int64_t now_ms);
