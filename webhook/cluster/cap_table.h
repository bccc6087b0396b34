/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/gpu_caps.h"
#include "webhook/cluster/cluster.h"

/* Counts what the workloads of the cluster hold of the caps of their users and LocalQueues, for one
 * plan. Valid when zeroed; released by gpu_caps_release(). */
void cap_table_read(const struct cluster *cluster, struct gpu_caps *out_caps);

/* NULL: no cap. Borrowed. */
struct gpu_cap *cap_table_find_user(struct gpu_caps *caps, const struct cluster *cluster,
                                    const struct workload *workload);
struct gpu_cap *cap_table_find_queue(struct gpu_caps *caps, const struct workload *workload);
