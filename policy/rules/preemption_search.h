/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/preemption_candidates.h"

/* A search for victims under way. Owned by one call. */
struct preemption_search {
    const struct preemptor *preemptor;
    bool is_fair_sharing;
    struct preemption_trial trial; /* without those who are taken */
    struct preemption_need need;
    struct preemption_candidates candidates;
    struct taken_candidates ARRAY_OF(struct preemption_candidate *) taken;
};

/* Finds the candidates; nobody is taken yet. */
void preemption_search_init(struct preemption_search *search, const struct preemption_state *state,
                            const struct preemptor *preemptor);
void preemption_search_release(struct preemption_search *search);

/* Opens all candidates; `may_borrow`: the preemptor may end above its queue's own quota, and then
 * has no claim to what is reclaimable only. */
void preemption_search_open(struct preemption_search *search, bool may_borrow);

/* True if the candidate is open and may be asked, when those who are taken have gone. */
bool preemption_search_may_take(struct preemption_search *search,
                                const struct preemption_candidate *candidate);

void preemption_search_take(struct preemption_search *search,
                            struct preemption_candidate *candidate);

/* Lets all but the first `count` of those who are taken stay. */
void preemption_search_undo(struct preemption_search *search, size_t count);

/* Room for one pod of the set on the node. */
struct preemption_goal {
    int node;
    const struct pod_set *set;
};

/* True if the goal is reached; NULL: the preemptor has all that it asks. */
bool preemption_search_reaches(struct preemption_search *search,
                               const struct preemption_goal *goal);

/* Lets those stay, the last first, who are not needed for the goal; the first `count` of those who
 * are taken are not asked. */
void preemption_search_spare(struct preemption_search *search, size_t count,
                             const struct preemption_goal *goal);
