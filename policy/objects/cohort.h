/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/cluster_queue.h"

/* kueue.x-k8s.io Cohort, spec only: quota shared by its ClusterQueues and by the Cohorts below it.
 * A ClusterQueue may name a cohort that has no object; that one has no quota of its own and no
 * parent. Immutable once decoded. */
struct cohort {
    struct reference references;
    char *name;
    char *parent_name; /* NULL: a root */
    struct resource_group_list resource_groups;
    int64_t fair_weight_milli;
};

struct cohort_list ARRAY_OF(const struct cohort *);

bool cohort_decode(const json_t *object, struct findings *findings, struct cohort **out_cohort);
void cohort_destroy(struct cohort *cohort);
REFERENCE_DEFINE(cohort)
