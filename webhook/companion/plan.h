/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/cluster.h"

enum change_kind {
    CHANGE_START,            /* a Pod or Job is let go, with its admission */
    CHANGE_SUCCEED,          /* the same, in the place kept for it */
    CHANGE_DROP_RESERVATION, /* the successor asks for more: the place is not kept any longer */
    CHANGE_RESERVE,          /* its quota is kept while its admission checks are asked */
    CHANGE_PREEMPT,          /* an admitted workload is asked to go, for another */
    CHANGE_RELEASE,          /* its namespace is not managed any more */
    CHANGE_ADOPT,            /* it runs without our admission: write down what it holds */
    CHANGE_FETCH_OWNER,      /* its stamped owner has not been seen */
};

/* One thing to be done. Objects and workloads are borrowed until the cluster changes. */
struct change {
    enum change_kind kind;
    struct workload *workload;
    const struct object *object;
    struct admission *admission; /* owned; of the first two and of an adoption */
    struct workload *preemptor;  /* of a preemption */
    enum preemption_reason preemption_reason;
};

struct plan ARRAY_OF(struct change);

void plan_release(struct plan *plan);

/* The change's admission is taken over. */
void plan_add(struct plan *plan, struct change change);

/* How many of the changes need room in the Lease. */
size_t plan_count_starts(const struct plan *plan);

/* Writes into an admission whose it is. */
void plan_sign(struct admission *admission, const struct workload *workload);

/*
 * Decides what is to be done now, and performs nothing. Children, successors and releases come
 * first; then every tree of quota in which something has changed is passed once (tree_plan.h).
 * Verdicts of those that wait are noted in their workloads, which become due when their words
 * change.
 */
void plan_make(struct cluster *cluster, int64_t now_us, struct plan *out_plan);

MEMORY_DEFINE_AUTO_RELEASE(plan)
#define auto_plan __attribute__((cleanup(plan_auto_release)))
