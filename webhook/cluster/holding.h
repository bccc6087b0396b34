/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/directory.h"
#include "webhook/cluster/workload.h"

/* What a holding is computed from; borrowed. */
struct holding_view {
    const struct configuration *configuration;
    const struct directory *directory;
    const struct cache *cache;
    const struct grant_table *grants;
};

/*
 * What the workload takes, for each ClusterQueue (design.md §5): the maximum of its admission and
 * of the sum over its Pods that run or are about to, each once. What runs without our admission
 * counts on its node's flavor or, while that is unknown, on every flavor that it could use.
 */
void holding_evaluate(const struct holding_view *view, const struct workload *workload,
                      struct charge_list *out_charges);

/* The admission that an object which runs without one should be given: NULL while its flavor is
 * not known. `pods` are those that may tell the node. Owned, with all names filled in. */
struct admission *holding_adopt(const struct holding_view *view, const struct workload *workload,
                                const struct object *object);

/* True if the pod asks no more than one pod of the admission was admitted with, and may run where
 * that was admitted to. */
bool holding_covers_pod(const struct holding_view *view, const struct object *pod,
                        const struct admission *admission);
