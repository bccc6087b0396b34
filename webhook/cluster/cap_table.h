/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/cohort_pass.h"
#include "webhook/cluster/cluster.h"

/* How many GPUs each user and each LocalQueue holds and may hold, where there is a limit. Made for
 * one plan; valid when zeroed. */
struct cap_table {
    struct cap_entry *entries;
};

void cap_table_release(struct cap_table *table);

/* Counts what the workloads of the cluster hold. Nothing is counted while nobody has a limit. */
void cap_table_read(const struct cluster *cluster, struct cap_table *out_table);

/* NULL: no limit. Borrowed. */
struct gpu_cap *cap_table_find_user(const struct cap_table *table, const struct workload *workload);
struct gpu_cap *cap_table_find_queue(const struct cap_table *table,
                                     const struct workload *workload);
