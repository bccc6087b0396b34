/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/companion/plan.h"

/*
 * Passes once over all that wait in one tree of quota, if anything there has changed: what starts,
 * who is preempted for whom, and why the others wait, is added to the plan or noted in the
 * workloads. At most as many starts as the Lease has room for: a tree that was cut short stays
 * dirty.
 */
void tree_plan_make(struct cluster *cluster, const struct quota_tree *tree, int64_t now_us,
                    struct plan *changes);

/* Some answers change by the mere passing of time: what protected a holder, and when it will end.
 * To be called now and then; trees without preemption and backfill are left as they are, unless
 * starts wait for the Pods of others to be ready. */
void tree_plan_wake(struct cluster *cluster);
