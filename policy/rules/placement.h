/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/reference.h"
#include "policy/objects/resource_flavor.h"
#include "policy/rules/pod_set.h"

/* A node as far as places go. Copies share all of it but what is used, so nothing else changes. */
struct placement_node {
    char *name;
    struct string_map labels;
    struct taint_list taints;
    bool is_ready; /* and schedulable: a cordoned node has no place */
    struct resources allocatable;
    struct resources used;        /* by pods that are bound to it, terminating ones included */
    struct reference *references; /* to what is shared */
};

/* All nodes with what is free on them. Embedded in its owner and valid when zeroed. A copy is a
 * value of its own, with which a plan may try what it likes. */
struct placement {
    struct placement_node_list ARRAY_OF(struct placement_node) nodes;
};

void placement_release(struct placement *placement);
void placement_copy(const struct placement *placement, struct placement *out_copy);

/* Adds an empty node; what is given is copied. `taints` may be NULL. */
struct placement_node *placement_add_node(struct placement *placement, const char *name,
                                          const struct string_map *labels,
                                          const struct taint_list *taints, bool is_ready,
                                          const struct resources *allocatable);
int placement_find_node(const struct placement *placement, const char *name); /* -1: none */

/* So many pods on one node. */
struct placement_pick {
    int node;
    int64_t count;
};

struct placement_picks ARRAY_OF(struct placement_pick);

enum placement_answer {
    PLACEMENT_FITS,
    PLACEMENT_FULL,      /* it would fit once pods of others are gone */
    PLACEMENT_TOO_LARGE, /* not even on these nodes when they are empty */
    PLACEMENT_NO_NODES,  /* no ready node has the flavor's labels and lets the pods in */
};

/* Why there is no place, in numbers, of the resource that is shortest: what is free now or, if the
 * pods are too large, on empty nodes. */
struct placement_shortage {
    char resource[64]; /* empty if no node lets the pods in */
    int64_t needed_per_pod;
    int64_t free_in_all;
    int64_t most_on_one_node;
    int64_t node_count; /* ready nodes that let the pods in */
};

/*
 * Looks for a place for `count` pods of the set on the ready nodes of the flavor: labels, node
 * selector, required affinity, taints, and what is free of every resource that the pods ask for.
 * The fullest nodes that still have room are taken first, so that empty ones stay whole. *out_picks
 * is what it would take and owned by the caller, empty if there is no place; *out_shortage is set
 * then.
 */
enum placement_answer placement_try(const struct placement *placement,
                                    const struct resource_flavor *flavor, const struct pod_set *set,
                                    int64_t count, struct placement_picks *out_picks,
                                    struct placement_shortage *out_shortage);

/* True if the nodes would have a place for all of them if nobody else was there. Stops at the first
 * nodes that suffice, and so costs much less than a search. */
bool placement_suffices_when_empty(const struct placement *placement,
                                   const struct resource_flavor *flavor, const struct pod_set *set,
                                   int64_t count);

/* Takes or gives back what so many pods ask for. */
void placement_take(struct placement *placement, const struct placement_picks *picks,
                    const struct resources *requests);
void placement_give_back(struct placement *placement, const struct placement_picks *picks,
                         const struct resources *requests);
