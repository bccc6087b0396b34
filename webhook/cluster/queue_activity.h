/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/directory.h"

/* Whether a ClusterQueue can admit, in the words of its condition Active (kueue-api.md §2.2). */
struct queue_activity {
    bool is_active;
    const char *reason; /* a constant */
    char *message;      /* owned */
};

/* Stopped, its checks missing or inactive, its Cohorts in a circle, or flavors missing. */
struct queue_activity queue_activity_judge(const struct directory *directory,
                                           const struct cluster_queue *queue);

/* True if nothing may start in the queue. A flavor that is missing bars nobody from the others. */
bool queue_activity_bars(const struct directory *directory, const struct cluster_queue *queue);
