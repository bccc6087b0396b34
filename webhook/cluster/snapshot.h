/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <pthread.h>

#include "webhook/cluster/directory.h"

/* How many waited in one ClusterQueue. */
struct queue_state {
    char *cluster_queue;
    size_t waiting_count;
};

struct queue_state_list ARRAY_OF(struct queue_state);

/* What was used of each tree of quota, in the order of the directory's forest. */
struct tree_usages ARRAY_OF(struct quota_usage);

/* A sorted set of uids, shared between snapshots. Immutable. */
struct uid_set {
    struct reference references;
    struct name_list uids;
};

void uid_set_destroy(struct uid_set *set);
REFERENCE_DEFINE(uid_set)

/*
 * What an http thread knows of the cluster: advice for warnings, and the names that it needs.
 * Immutable, shared by reference; made by the companion, which alone decides.
 */
struct snapshot {
    struct reference references;
    const struct configuration *configuration;
    const struct directory *directory;
    const struct uid_set *holders;  /* uids of the Notebooks that are admitted */
    struct queue_state_list queues; /* by name */
    struct tree_usages usages;
    char *username; /* ours; NULL: not known yet */
};

/* Takes a reference of its own to each part; the states, what is used, and the username are filled
 * in by the caller before it shares the snapshot. */
struct snapshot *snapshot_create(const struct configuration *configuration,
                                 const struct directory *directory, const struct uid_set *holders);
void snapshot_destroy(struct snapshot *snapshot);
REFERENCE_DEFINE(snapshot)
#define auto_snapshot __attribute__((cleanup(snapshot_auto_unref)))

/* Counts what a ClusterQueue has in use; what its tree does not count is left out. */
void snapshot_count_used(struct snapshot *snapshot, const char *cluster_queue,
                         const struct usage *used);

/* NULL if the queue was not known. Borrowed. */
const struct queue_state *snapshot_find_queue(const struct snapshot *snapshot,
                                              const char *cluster_queue);

/* True if the Notebook of this uid is admitted. */
bool snapshot_is_holder(const struct snapshot *snapshot, const char *uid);

/* Where the newest snapshot is handed over. Guarded by its own mutex. */
struct snapshot_slot {
    pthread_mutex_t mutex;
    const struct snapshot *current;
};

void snapshot_slot_init(struct snapshot_slot *slot, const struct snapshot *first);
void snapshot_slot_release(struct snapshot_slot *slot);

/* A reference of the caller's own; never NULL. */
const struct snapshot *snapshot_slot_get(struct snapshot_slot *slot);

/* Publishes the snapshot and takes over the caller's reference. */
void snapshot_slot_put(struct snapshot_slot *slot, const struct snapshot *snapshot);
