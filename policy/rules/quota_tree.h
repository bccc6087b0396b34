/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/cohort.h"

enum { QUOTA_NO_PARENT = -1, QUOTA_NO_CELL = -1 };

/* A resource on a flavor: what quota is counted in. Names are borrowed from the queues. */
struct quota_cell {
    const char *flavor;
    const char *resource;
};

/* What one ClusterQueue or Cohort says about one cell. */
struct quota_limit {
    int64_t nominal;
    int64_t borrowing; /* QUOTA_UNLIMITED if not set */
    int64_t lending;   /* QUOTA_UNLIMITED if not set */
    int64_t subtree;   /* what it and all below it bring in */
    int64_t local;     /* the part of that which is never lent upward */
    bool is_defined;   /* false: it does not name the cell */
};

/* A ClusterQueue (a leaf) or a Cohort. */
struct quota_node {
    const char *name;                  /* borrowed */
    const struct cluster_queue *queue; /* borrowed; NULL: a Cohort */
    const struct cohort *cohort;       /* borrowed; NULL: a ClusterQueue, or a Cohort only named */
    int parent;                        /* number of the node; QUOTA_NO_PARENT: the root */
    int height;                        /* 0: a leaf; else one more than its highest child, or 1 */
    int64_t fair_weight_milli;
};

/*
 * One root cohort with all that is below it, or one ClusterQueue without cohort: what shares quota
 * and is planned in one pass. Parents come before their children; nodes[0] is the root. Borrows
 * the names and queues that it was made of. Immutable.
 */
struct quota_tree {
    struct quota_node_list ARRAY_OF(struct quota_node) nodes;
    struct quota_cell_list ARRAY_OF(struct quota_cell) cells; /* by resource, then flavor */
    struct quota_limit *limits;                               /* by node, then cell */
    bool is_cyclic; /* its Cohorts name each other as parents: nothing can be admitted */
};

/* Fills in cells, limits and heights, which follow from the nodes. */
void quota_tree_complete(struct quota_tree *tree);
void quota_tree_destroy(struct quota_tree *tree);

/* All trees of a cluster; holds references to the queues and cohorts. Immutable, shared by
 * reference. */
struct quota_forest {
    struct reference references;
    struct quota_tree_list ARRAY_OF(struct quota_tree *) trees;
    struct quota_leaf_list ARRAY_OF(struct quota_leaf {
        const char *name;
        int tree;
        int node;
    }) leaves; /* ClusterQueues by name */
    struct cluster_queue_list queues;
    struct cohort_list cohorts;
};

struct quota_forest *quota_forest_create(const struct cluster_queue_list *queues,
                                         const struct cohort_list *cohorts);
void quota_forest_destroy(struct quota_forest *forest);
REFERENCE_DEFINE(quota_forest)

/* Where the ClusterQueue is; NULL if it is not known. Borrowed. */
const struct quota_leaf *quota_forest_find(const struct quota_forest *forest, const char *name);

int quota_tree_find_cell(const struct quota_tree *tree, const char *flavor, const char *resource);
const struct quota_limit *quota_tree_limit(const struct quota_tree *tree, int node, int cell);

/* An amount of one cell. */
struct quota_amount {
    int cell;
    int64_t amount;
};

struct quota_amounts ARRAY_OF(struct quota_amount);

/* Adds to the amount of the cell; the sum saturates. QUOTA_NO_CELL is passed over: nobody has
 * quota of it. */
void quota_amounts_add(struct quota_amounts *amounts, int cell, int64_t amount);

/* What is used in a tree: by node, then cell; of a Cohort, what its children charge to it. Embedded
 * in its owner; a copy is a value of its own. */
struct quota_usage {
    const struct quota_tree *tree;
    int64_t *used;
};

void quota_usage_init(struct quota_usage *usage, const struct quota_tree *tree);
void quota_usage_copy(const struct quota_usage *usage, struct quota_usage *out_copy);
void quota_usage_release(struct quota_usage *usage);

/* Charges a ClusterQueue; the part above what it keeps for itself goes on to its parents
 * (kueue-api.md §4.5). Sums saturate. */
void quota_usage_add(struct quota_usage *usage, int node, const struct quota_amounts *amounts);

/* Takes back exactly what was added before. */
void quota_usage_subtract(struct quota_usage *usage, int node, const struct quota_amounts *amounts);

int64_t quota_usage_get(const struct quota_usage *usage, int node, int cell);

/* How much more `node`, the ClusterQueue itself or a Cohort above it, would be charged if the
 * ClusterQueue took `amount` more. */
int64_t quota_usage_charge(const struct quota_usage *usage, int queue, int node, int cell,
                           int64_t amount);

/* What the ClusterQueue could still take; negative if too much is taken. */
int64_t quota_usage_available(const struct quota_usage *usage, int node, int cell);

/* The most that it could ever hold, were all else given back. */
int64_t quota_tree_potential(const struct quota_tree *tree, int node, int cell);

/* How far up the tree it would borrow from to hold `amount` more: 0 if it stays within its own
 * quota, else the height of the lowest Cohort whose quota suffices. */
int quota_usage_borrowing_level(const struct quota_usage *usage, int node, int cell,
                                int64_t amount);

/* True if it holds more of the cell than its nominal quota. */
bool quota_usage_is_borrowing(const struct quota_usage *usage, int node, int cell);

/* True if all amounts are available at once. */
bool quota_usage_fits(const struct quota_usage *usage, int node,
                      const struct quota_amounts *amounts);

MEMORY_DEFINE_AUTO_RELEASE(quota_usage)
#define auto_quota_usage __attribute__((cleanup(quota_usage_auto_release)))
