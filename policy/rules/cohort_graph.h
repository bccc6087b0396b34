/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/cohort.h"

enum { COHORT_NONE = -1 };

/* A Cohort that there is an object of, or that a ClusterQueue or another Cohort names. */
struct cohort_entry {
    const char *name;            /* borrowed */
    const struct cohort *cohort; /* borrowed; NULL: it is only named */
    int parent;                  /* number of the entry; COHORT_NONE: a root */
    int root;
    int depth;      /* 0: a root */
    bool is_cyclic; /* a root where a cycle was cut: what is below it has no real root */
};

/* All Cohorts of a cluster by name, and who is above whom. Embedded in its owner; borrows the
 * names and objects that it was made of. */
struct cohort_graph ARRAY_OF(struct cohort_entry);

void cohort_graph_init(struct cohort_graph *graph, const struct cluster_queue_list *queues,
                       const struct cohort_list *cohorts);
void cohort_graph_release(struct cohort_graph *graph);

/* The number of the entry, or COHORT_NONE. */
int cohort_graph_find(const struct cohort_graph *graph, const char *name);

MEMORY_DEFINE_AUTO_RELEASE(cohort_graph)
#define auto_cohort_graph __attribute__((cleanup(cohort_graph_auto_release)))
