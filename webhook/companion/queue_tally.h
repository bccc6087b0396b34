/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/cluster.h"

/* What is counted of one queue. */
struct queue_tally {
    char *key; /* ClusterQueue's name, or namespace/name of a LocalQueue */
    int64_t pending;
    int64_t reserving;
    int64_t admitted;
    struct usage reserved;   /* of a LocalQueue; what a ClusterQueue holds is in the ledger */
    struct usage unadmitted; /* the part that is reserved and not told to be admitted */
    UT_hash_handle hh;
};

/* One pass over all workloads; by key. Released by the caller. */
struct queue_tallies {
    struct queue_tally *cluster_queues;
    struct queue_tally *local_queues;
};

void queue_tallies_count(const struct cluster *cluster, struct queue_tallies *out_tallies);
void queue_tallies_release(struct queue_tallies *tallies);

/* NULL if nothing was counted. */
const struct queue_tally *queue_tally_find(const struct queue_tally *tallies, const char *key);
