/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/admission.h"
#include "policy/objects/cluster_queue.h"
#include "policy/objects/configuration.h"
#include "policy/objects/resource_flavor.h"
#include "policy/rules/pod_set.h"
#include "policy/rules/usage.h"
#include "policy/rules/verdict.h"

/* All flavors of the cluster; borrowed. */
struct flavor_list ARRAY_OF(const struct resource_flavor *);

/* What decides which flavors a queue can give. */
struct flavor_rules {
    const struct configuration *configuration;
    const struct cluster_queue *queue;
    const struct flavor_list *flavors;
};

const struct resource_flavor *flavor_list_find(const struct flavor_list *list, const char *name);

/*
 * Tries the flavors of the queue in order, for each pod set and resource group (kueue-api.md
 * §4.4): taints, node selector and required affinity against the flavor's labels, then quota.
 * `only_flavor` (NULL: any) is what the hardware profile names; it binds if the queue has it.
 *
 * Fits: *out_admission (its workload and local queue still empty) is owned by the caller.
 * Otherwise the verdict carries the reasons of all flavors.
 */
void flavors_assign(const struct flavor_rules *rules, const struct usage *used,
                    const struct pod_set_list *pod_sets, const char *only_flavor,
                    struct admission **out_admission, struct verdict *out_verdict);

/* NULL if the pods may run on the flavor's nodes; otherwise why not, owned. */
char *flavors_explain_mismatch(const struct flavor_rules *rules, const struct resource_group *group,
                               const struct flavor_quota *quota, const struct pod_set *set);

/* The flavors and amounts that an admission takes from its queue. */
void flavors_count(const struct admission *admission, struct usage *out_usage);
