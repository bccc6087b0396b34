/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/assignment.h"
#include "policy/rules/usage.h"

/* How things stand when an assignment is looked for; borrowed. */
struct flavor_state {
    struct flavor_rules rules;
    int node;                           /* of the queue, in the tree */
    const struct quota_usage *usage;    /* what is held now */
    const struct quota_usage *promised; /* the same once victims are gone and preemptors have come;
                                           NULL: nobody preempts. What fits must fit in both. */
    const struct placement *placement;  /* NULL: places do not count */
    const struct holder_list *holders;  /* NULL: nobody is preempted */
};

/* What is to be placed. */
struct flavor_request {
    const struct pod_set_list *pod_sets;
    const char *only_flavor; /* what the hardware profile names; it binds if the queue has it */
    struct order_key order;
};

/*
 * Tries the flavors of the queue in order, for each pod set and resource group (kueue-api.md §4.4):
 * taints, node selector and required affinity against the flavor's labels, then quota with
 * borrowing, then a place on the nodes, then preemption; flavorFungibility says when the search
 * ends. Where a pod set has a min_count and not all of it fits, the largest count that does is
 * taken.
 */
void flavors_assign(const struct flavor_state *state, const struct flavor_request *request,
                    struct assignment *out_assignment);

/* The same without the words: what is tried often is explained once (assignment_explain). */
void flavors_evaluate(const struct flavor_state *state, const struct flavor_request *request,
                      struct assignment *out_assignment);

/* The flavors and amounts that an admission takes from its queue. */
void flavors_count(const struct admission *admission, struct usage *out_usage);

/* The same amounts in the cells of a tree; what the tree does not count is left out. */
void quota_amounts_count(const struct quota_tree *tree, const struct usage *usage,
                         struct quota_amounts *out_amounts);
