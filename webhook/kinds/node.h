/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "base/string_map.h"
#include "policy/objects/pod_spec.h"
#include "policy/objects/resources.h"

/* A Node: which flavors it belongs to, who may run there, and how much fits. */
struct node {
    char *name;
    struct string_map labels;
    struct taint_list taints;
    struct resources allocatable; /* amounts that cannot be read are left out */
    bool is_ready;
    bool is_schedulable; /* not cordoned */
};

must_check bool node_decode(const json_t *json, struct node **out_node, struct error *error);
void node_destroy(struct node *node);

/* True if the same pods may run on both: labels, taints, room and readiness. */
bool node_equal(const struct node *left, const struct node *right);
