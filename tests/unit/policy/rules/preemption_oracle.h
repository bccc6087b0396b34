/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/unit/policy/rules/preemption_draw.h"

/* Sets of holders are the bits of their numbers. */
enum { ORACLE_SETS = 1 << DRAW_HOLDERS_MAX };

/*
 * The rules of preemption once more (kueue-api.md §4.6, without borrowWithinCohort): for every set
 * of holders what would be used if they were gone, counted anew, and whether one after the other of
 * them may be asked to go.
 */
struct preemption_oracle {
    const struct preemption_draw *draw;
    struct quota_usage usages[ORACLE_SETS]; /* without the set */
    unsigned leaving;                       /* those of whom anything is needed */
};

void preemption_oracle_init(struct preemption_oracle *oracle, const struct preemption_draw *draw);
void preemption_oracle_release(struct preemption_oracle *oracle);

/* True if the preemptor has all that it asks when these are gone; `may_borrow` false: out of its
 * queue's own quota. */
bool preemption_oracle_suffices(const struct preemption_oracle *oracle, unsigned gone,
                                bool may_borrow);

/* True if the holder may be asked only by a preemptor that does not borrow. */
bool preemption_oracle_is_reclaimable(const struct preemption_oracle *oracle, unsigned number);

/* Sets that may be asked to go, in some order, after those who are leaving anyway. */
void preemption_oracle_find_allowed(const struct preemption_oracle *oracle, bool may_borrow,
                                    bool out_is_allowed[ORACLE_SETS]);

/* True if any of the allowed sets suffices. */
bool preemption_oracle_finds_any(const struct preemption_oracle *oracle);

/* True if nobody in another queue may be asked. */
bool preemption_oracle_is_within_queue(const struct preemption_oracle *oracle);

MEMORY_DEFINE_AUTO_RELEASE(preemption_oracle)
#define auto_preemption_oracle __attribute__((cleanup(preemption_oracle_auto_release)))
