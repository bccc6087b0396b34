/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/reference.h"
#include "policy/objects/cluster_queue.h"

#define LOCAL_QUEUE_DEFAULT_ANNOTATION "kueue.x-k8s.io/default-queue"

/* kueue.x-k8s.io LocalQueue, spec only. Immutable once decoded. */
struct local_queue {
    struct reference references;
    char *namespace_name;
    char *name;
    char *cluster_queue;
    enum stop_policy stop_policy;
    int64_t max_gpus; /* annotation gpuaas.dev/max-gpus: most that its workloads hold; 0: no cap */
    bool is_default;  /* annotated kueue.x-k8s.io/default-queue: "true" */
};

bool local_queue_decode(const json_t *object, struct findings *findings,
                        struct local_queue **out_queue);
void local_queue_destroy(struct local_queue *queue);
REFERENCE_DEFINE(local_queue)
