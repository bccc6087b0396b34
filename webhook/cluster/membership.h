/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/cache.h"

/*
 * The uid of the workload that a Pod belongs to (design.md §7). An ungated Pod belongs for life to
 * the one in its gpuaas.dev/admission; a gated one to its owner as stamped at its creation: the
 * Job, the Notebook behind its StatefulSet, or itself.
 *
 * *out_is_owner_unknown: the stamped owner is of a kind that we watch and has not been seen, nor
 * been found absent; until then the Pod counts as a workload of its own and is not started.
 */
const char *membership_find(const struct cache *cache, const struct cache_entry *entry,
                            bool *out_is_owner_unknown);

/* The API path of the owner that was not seen yet, owned; NULL if there is none to look for. */
char *membership_owner_path(const struct cache *cache, const struct object *pod,
                            enum resource *out_resource);
