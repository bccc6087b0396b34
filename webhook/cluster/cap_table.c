/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/cap_table.h"

#include "policy/rules/flavors.h"

static int64_t count_held(const struct cluster *cluster, const struct workload *workload)
{
    auto_usage struct usage usage = {0};
    int64_t held = 0;

    if (workload->admission == NULL) {
        return 0;
    }
    flavors_count(workload->admission, &usage);
    array_for_each(item, &usage) {
        if (configuration_manages(cluster->configuration, item->resource) &&
            __builtin_add_overflow(held, item->amount, &held)) {
            return INT64_MAX;
        }
    }
    return held;
}

/* While nobody has a limit nothing need be counted. */
static bool has_limits(const struct cluster *cluster)
{
    bool is_any = cluster->configuration->max_gpus_per_user > 0;

    array_for_each(queue, &cluster->directory->cluster_queues) {
        is_any = is_any || (*queue)->options.max_gpus_per_user > 0;
    }
    array_for_each(queue, &cluster->directory->local_queues) {
        is_any = is_any || (*queue)->max_gpus > 0;
    }
    return is_any;
}

struct gpu_cap *cap_table_find_user(struct gpu_caps *caps, const struct cluster *cluster,
                                    const struct workload *workload)
{
    return workload->cluster_queue != NULL && workload->owner != NULL
               ? gpu_caps_find_user(caps, cluster->configuration, workload->cluster_queue,
                                    workload->owner->user)
               : NULL;
}

struct gpu_cap *cap_table_find_queue(struct gpu_caps *caps, const struct workload *workload)
{
    return gpu_caps_find_queue(caps, workload->local_queue);
}

void cap_table_read(const struct cluster *cluster, struct gpu_caps *out_caps)
{
    const struct workload *workload = cluster->workloads;

    *out_caps = (struct gpu_caps){0};
    if (!has_limits(cluster)) {
        return;
    }
    for (; workload != NULL; workload = workload->hh.next) {
        int64_t held = count_held(cluster, workload);
        if (held > 0) {
            gpu_cap_charge(cap_table_find_user(out_caps, cluster, workload), held);
            gpu_cap_charge(cap_table_find_queue(out_caps, workload), held);
        }
    }
}
