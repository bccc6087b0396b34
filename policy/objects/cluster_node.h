/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/pod_spec.h"
#include "policy/objects/resources.h"

/* core/v1 Node: which flavors it belongs to, who may run there, and how much fits. */
struct cluster_node {
    char *name;
    struct string_map labels;
    struct taint_list taints;
    struct resources allocatable;
    bool is_ready;
    bool is_schedulable; /* not cordoned */
};

struct cluster_node_list ARRAY_OF(struct cluster_node *);

/* Decodes what the API server says of a Node: other fields are none of our business. Mistakes go to
 * `findings` (may be NULL): an amount that cannot be read is left out, a node with taints that are
 * not understood cannot be scheduled to. False only without a name. */
bool cluster_node_decode(const json_t *object, struct findings *findings,
                         struct cluster_node **out_node);
void cluster_node_destroy(struct cluster_node *node);

/* True if the same pods may run on both: labels, taints, room and readiness. */
bool cluster_node_equal(const struct cluster_node *left, const struct cluster_node *right);
