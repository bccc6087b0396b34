/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/preemption_need.h"

/* Somebody who may be asked to go. */
struct preemption_candidate {
    const struct holder *holder;
    struct victim victim;
    int meets;           /* the lowest node at or above its queue and the preemptor's */
    bool is_reclaimable; /* only by a preemptor that keeps within its queue's own quota */
    enum candidate_state {
        CANDIDATE_OPEN,
        CANDIDATE_REFUSED, /* by the first of the fair sharing strategies */
        CANDIDATE_OUT,
        CANDIDATE_TAKEN,
    } state;
};

struct preemption_candidates ARRAY_OF(struct preemption_candidate);

/*
 * All who meet the need and may be asked by the policies of the preemptor's queue (kueue-api.md
 * §4.6), who goes first coming first: those already leaving, whom nobody asks; other queues before
 * its own; the lowest priority; the newest.
 */
void preemption_candidates_find(const struct preemption_state *state,
                                const struct preemptor *preemptor,
                                const struct preemption_need *need,
                                struct preemption_candidates *out_candidates);

bool preemption_candidate_is_own(const struct preemption_candidate *candidate);

/* True if the candidate has something needed that its queue, and each Cohort between that and where
 * it meets the preemptor, holds above its own quota: only what is lent is reclaimed. */
bool preemption_candidate_has_borrowed(const struct preemption_candidate *candidate,
                                       const struct preemption_need *need,
                                       const struct quota_usage *usage);
