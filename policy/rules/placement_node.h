/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/placement.h"

enum placement_load {
    PLACEMENT_AS_LOADED,  /* with the pods that are there */
    PLACEMENT_WHEN_EMPTY, /* without any */
};

/* True if the node is ready, has the labels that flavor and pods want, and no taint that neither of
 * them tolerates. */
bool placement_node_admits(const struct placement_node *node, const struct resource_flavor *flavor,
                           const struct pod_set *set);

/* How much of the resource new pods can have there; INT64_MAX if nobody counts it. */
int64_t placement_node_free(const struct placement_node *node, const char *resource,
                            enum placement_load load);

/* How many pods with these requests fit; never more than INT32_MAX, so that sums over all nodes
 * are exact. */
int64_t placement_node_room(const struct placement_node *node, const struct resources *requests,
                            enum placement_load load);
