/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/placement.h"
#include "webhook/cluster/cache.h"

/* What the pods of one node ask for in all. The node itself may not be known yet. */
struct occupied_node {
    char *name;
    struct resources used;
    int place; /* in the placement; -1: the node is not known */
    UT_hash_handle hh;
};

/*
 * What stands on the nodes: every bound pod that is not at its end, of anybody, terminating ones
 * included. Kept up to date with the cache, so that no plan counts all pods anew. Owned by the
 * companion thread; valid when zeroed.
 */
struct occupancy {
    struct occupied_node *nodes;
    struct placement placement;
    bool is_stale; /* a node came, went or changed */
};

void occupancy_release(struct occupancy *occupancy);

/* Counts what the item puts on a node, or takes it away again; other items change nothing. True if
 * it did. */
bool occupancy_add(struct occupancy *occupancy, const struct item *item);
bool occupancy_remove(struct occupancy *occupancy, const struct item *item);

/* All nodes of the cache with what stands on them. Borrowed until the next change. */
const struct placement *occupancy_get_placement(struct occupancy *occupancy,
                                                const struct cache *cache);
