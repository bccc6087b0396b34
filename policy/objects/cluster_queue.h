/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/reference.h"
#include "policy/objects/label_selector.h"
#include "policy/objects/resources.h"

enum queueing_strategy { QUEUEING_BEST_EFFORT_FIFO, QUEUEING_STRICT_FIFO };
enum stop_policy { STOP_NONE, STOP_HOLD, STOP_HOLD_AND_DRAIN };

struct flavor_quota {
    char *flavor;
    struct resources nominal; /* one amount for each covered resource of the group */
};

struct resource_group {
    struct resource_names ARRAY_OF(char *) covered_resources;
    struct flavor_quota_list ARRAY_OF(struct flavor_quota) flavors;
};

/* kueue.x-k8s.io ClusterQueue, spec only, with v1beta2's field names. Immutable once decoded. */
struct cluster_queue {
    struct reference references;
    char *name;
    char *cohort_name; /* NULL: none */
    enum queueing_strategy queueing_strategy;
    enum stop_policy stop_policy;
    struct label_selector namespace_selector;
    struct resource_group_list ARRAY_OF(struct resource_group) resource_groups;
};

/* Decodes v1beta1 or v1beta2 with Kueue's validation rules (kueue-api.md §2.2). Mistakes go to
 * `findings` with the way to mend them; false if there was any mistake. */
bool cluster_queue_decode(const json_t *object, struct findings *findings,
                          struct cluster_queue **out_queue);
void cluster_queue_destroy(struct cluster_queue *queue);
REFERENCE_DEFINE(cluster_queue)

/* The group that covers the resource, or NULL. */
const struct resource_group *cluster_queue_find_group(const struct cluster_queue *queue,
                                                      const char *resource);
