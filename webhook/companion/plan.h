/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/cluster.h"

enum change_kind {
    CHANGE_START,            /* a Pod or Job is let go, with its admission */
    CHANGE_SUCCEED,          /* the same, in the place kept for it */
    CHANGE_DROP_RESERVATION, /* the successor asks for more: the place is not kept any longer */
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
};

struct plan ARRAY_OF(struct change);

void plan_release(struct plan *plan);

/*
 * Decides what is to be done now, and performs nothing. Children, successors and releases come
 * first; then every dirty line is passed once, in its order. At most as many starts as fit into
 * the Lease; a line that was cut short stays dirty. Verdicts of those that wait are noted in their
 * workloads, which become due when their words change.
 */
void plan_make(struct cluster *cluster, struct plan *out_plan);

MEMORY_DEFINE_AUTO_RELEASE(plan)
#define auto_plan __attribute__((cleanup(plan_auto_release)))
