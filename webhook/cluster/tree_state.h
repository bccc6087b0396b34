/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/cohort_pass.h"
#include "webhook/cluster/cluster.h"

/*
 * How one tree of quota stands at this moment, in the terms of the rules: what is held of it, by
 * whom, and what room the nodes have. A value of its own, which a plan may change as it likes; it
 * borrows names, workloads and the tree.
 */
struct tree_state {
    const struct quota_tree *tree;
    struct quota_usage usage;
    struct placement placement;
    bool has_placement;
    struct holder_list holders;
    struct workload_list holder_workloads; /* the workload of each holder */
};

/* Usage and places. */
void tree_state_read(struct cluster *cluster, const struct quota_tree *tree,
                     struct tree_state *out_state);

/* The holders as well: for preemption, backfill and estimates. */
void tree_state_read_holders(const struct cluster *cluster, int64_t now_us,
                             struct tree_state *state);
void tree_state_release(struct tree_state *state);
