/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/preemption.h"

/* A tree and its nodes as if some of the holders were gone: what the preemptor would find. Owned by
 * one search. */
struct preemption_trial {
    const struct preemptor *preemptor;
    struct quota_usage usage;
    struct placement placement; /* only if places count */
    bool counts_places;
    bool may_borrow; /* false: what the preemptor takes must be its queue's own quota */
};

void preemption_trial_init(struct preemption_trial *trial, const struct preemption_state *state,
                           const struct preemptor *preemptor);
void preemption_trial_release(struct preemption_trial *trial);

/* Takes the holder away, or lets it be there again. */
void preemption_trial_remove(struct preemption_trial *trial, const struct holder *holder);
void preemption_trial_restore(struct preemption_trial *trial, const struct holder *holder);

/* True if all pods of the preemptor have a place; leaves the trial as it was. */
bool preemption_trial_has_places(struct preemption_trial *trial);

/* True if the preemptor has its quota and its places. */
bool preemption_trial_fits(struct preemption_trial *trial);
