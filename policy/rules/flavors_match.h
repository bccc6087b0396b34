/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/cluster_queue.h"
#include "policy/objects/configuration.h"
#include "policy/objects/resource_flavor.h"
#include "policy/rules/pod_set.h"

/* All flavors of the cluster; borrowed. */
struct flavor_list ARRAY_OF(const struct resource_flavor *);

/* What decides which flavors a queue can give. */
struct flavor_rules {
    const struct configuration *configuration;
    const struct cluster_queue *queue;
    const struct flavor_list *flavors;
};

const struct resource_flavor *flavor_list_find(const struct flavor_list *list, const char *name);

/* True if the group covers something that the pods ask for, be it a quantity of zero. */
bool flavors_group_serves(const struct resource_group *group, const struct pod_set *set);

/* True if the pods ask for a managed resource that the group covers. */
bool flavors_group_serves_managed(const struct configuration *configuration,
                                  const struct resource_group *group, const struct pod_set *set);

/* NULL if the pods may run on the flavor's nodes; otherwise why not, owned. */
char *flavors_explain_mismatch(const struct flavor_rules *rules, const struct resource_group *group,
                               const struct flavor_quota *quota, const struct pod_set *set);
