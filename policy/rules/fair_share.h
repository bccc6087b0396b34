/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/quota_tree.h"

/* A share that is larger than any other: of a node with weight zero that borrows. */
#define FAIR_SHARE_INFINITE INT64_MAX

/*
 * The dominant resource share of a node in its parent, in thousandths: for the resource where it
 * is largest, usage above the node's own quota / what the parent can lend, over the node's weight
 * (kueue-api.md §4.6). `more` (NULL: nothing) is counted as if `queue`, which is the node or below
 * it, held it already. 0 for a root.
 */
int64_t fair_share_evaluate(const struct quota_usage *usage, int node, int queue,
                            const struct quota_amounts *more);

/* Which of two ClusterQueues goes first if each takes its amounts: the one with the smaller share,
 * compared below their lowest common Cohort and more finely than in thousandths. Negative: `left`;
 * 0: neither. */
int fair_share_compare(const struct quota_usage *usage, int left,
                       const struct quota_amounts *left_more, int right,
                       const struct quota_amounts *right_more);
