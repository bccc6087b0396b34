/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/order.h"
#include "policy/rules/placement.h"
#include "policy/rules/quota_tree.h"

/* Pods of a holder on nodes. */
struct holder_place {
    struct placement_picks picks;
    struct resources requests; /* of one pod */
};

/* A workload that holds quota of a tree: what preemption, backfill and estimates look at. */
struct holder {
    const char *uid;        /* borrowed */
    const char *name;       /* borrowed; for words: "namespace/name" */
    int node;               /* its ClusterQueue in the tree */
    struct order_key order; /* as when it waited */
    int64_t admitted_us;
    int64_t ends_us; /* by its declared maximum run time; 0: none declared */
    struct quota_amounts amounts;
    struct holder_places ARRAY_OF(struct holder_place) places;
    bool is_leaving;   /* asked to go, or at its end: counts until its pods are gone */
    bool is_protected; /* started too recently, or not to be stopped by us: no victim */
};

struct holder_list ARRAY_OF(struct holder);

void holder_list_release(struct holder_list *list);
