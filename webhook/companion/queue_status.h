/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/cluster.h"
#include "webhook/companion/errands.h"

/* What was last written of one queue. */
struct queue_status_entry {
    char *key;    /* API path of the status */
    char *status; /* its JSON and the queue's uid; NULL: to be written */
    bool was_active;
    int64_t active_since_us;
    int64_t retry_at_ms;
    bool is_trouble_told;
    UT_hash_handle hh;
};

/*
 * Keeps the status of ClusterQueues and LocalQueues: counts, reservations, usage and the Active
 * condition (kueue-api.md). Written in batches, and only what differs from what was written last.
 * Owned by the companion thread.
 */
struct queue_status {
    struct cluster *cluster;
    struct errands *errands;
    struct queue_status_entry *entries;
};

void queue_status_release(struct queue_status *status);

/* Sends what has changed. */
void queue_status_update(struct queue_status *status, int64_t now_ms);

/* The answer to a write; it is written again if it failed. */
void queue_status_note_answer(struct queue_status *status, const struct errand *errand,
                              const struct kube_answer *answer, int64_t now_ms);
