/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/publisher.h"

#include <string.h>

#include "base/metrics.h"

static const struct metric waiting_metric = {"gpuaas_waiting_workloads",
                                             "Workloads that wait in a ClusterQueue.",
                                             METRIC_GAUGE,
                                             {"cluster_queue"},
                                             NULL,
                                             0};

static int compare_uids(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool is_holder(const struct workload *workload)
{
    return workload->state == WORKLOAD_ADMITTED && workload->kind->id == KIND_NOTEBOOK &&
           workload->admission != NULL && !workload->is_record_void;
}

/* By uid. */
static const struct uid_set *collect_holders(const struct cluster *cluster)
{
    struct uid_set *set = memory_allocate(sizeof *set);
    const struct workload *workload = cluster->workloads;

    for (; workload != NULL; workload = workload->hh.next) {
        if (is_holder(workload)) {
            array_append(&set->uids, memory_copy_text(workload->uid));
        }
    }
    if (set->uids.count > 1) {
        qsort(set->uids.items, set->uids.count, sizeof *set->uids.items, compare_uids);
    }
    return set;
}

static int compare_states(const void *left, const void *right)
{
    return strcmp(((const struct queue_state *)left)->cluster_queue,
                  ((const struct queue_state *)right)->cluster_queue);
}

/* A line outlives its queue, which may come back. */
static bool has_queue(const struct cluster *cluster, const struct waiting_line *line)
{
    return directory_find_cluster_queue(cluster->directory, line->cluster_queue) != NULL;
}

static void add_states(struct snapshot *snapshot, const struct cluster *cluster)
{
    const struct waiting_line *line = cluster->lines;

    for (; line != NULL; line = line->hh.next) {
        if (!has_queue(cluster, line)) {
            continue;
        }
        struct queue_state state = {
            .cluster_queue = memory_copy_text(line->cluster_queue),
            .waiting_count = line->workloads.count,
        };
        auto_usage struct usage used = {0};
        ledger_get_used(cluster->ledger, line->cluster_queue, &used);
        snapshot_count_used(snapshot, line->cluster_queue, &used);
        array_append(&snapshot->queues, state);
        metrics_set(&waiting_metric, (double)state.waiting_count,
                    METRIC_LABELS(line->cluster_queue));
    }
    if (snapshot->queues.count > 1) {
        qsort(snapshot->queues.items, snapshot->queues.count, sizeof *snapshot->queues.items,
              compare_states);
    }
}

void publisher_publish(struct publisher *publisher, const struct cluster *cluster)
{
    const struct uid_set *holders = collect_holders(cluster);
    struct snapshot *snapshot =
        snapshot_create(cluster->configuration, cluster->directory, holders);

    uid_set_unref(holders);
    if (publisher->told != cluster->directory) {
        publisher->told = cluster->directory;
        metrics_forget(&waiting_metric); /* a queue may be gone */
    }
    add_states(snapshot, cluster);
    snapshot->username = memory_copy_text(publisher->username);
    snapshot_slot_put(publisher->slot, snapshot);
}
