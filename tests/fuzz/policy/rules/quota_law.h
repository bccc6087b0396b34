/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/quota_tree.h"
#include "tests/fuzz/policy/rules/random_cluster.h"

enum {
    LAW_NODES_MAX = QUEUES_MAX + COHORTS_MAX,
    LAW_CELLS_MAX = FLAVORS_MAX * RESOURCES_MAX,
};

/* Wide enough for whatever may be added up here. */
__extension__ typedef __int128 wide_amount;

/*
 * What the ClusterQueues of one tree hold, and what kueue-api.md §4.5 says about it, read from the
 * objects: exact, with no bookkeeping, and without the limits that the tree has worked out.
 */
struct quota_law {
    const struct quota_tree *tree;
    wide_amount held[LAW_NODES_MAX][LAW_CELLS_MAX]; /* by ClusterQueue; of a Cohort: nothing */
};

/* All that the ClusterQueue and Cohorts below it bring in. */
wide_amount quota_law_subtree(const struct quota_law *law, int node, int cell);

/* What the node uses: what it holds or, of a Cohort, what its children take beyond what they never
 * lend. */
wide_amount quota_law_used(const struct quota_law *law, int node, int cell);

/* True if the node may use that much: a root what is there, others also what they may borrow. */
bool quota_law_allows(const struct quota_law *law, int node, int cell, wide_amount used);
