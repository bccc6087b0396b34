/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/cluster.h"

/* Links a cached object to its workload, which is made if it is the first of it, and marks that. */
void linkage_attach(struct cluster *cluster, struct cache_entry *entry);

/* Takes it out again; the workload borrows nothing of the object afterwards. */
void linkage_detach(struct cluster *cluster, struct cache_entry *entry);

/* Pods of this owner, which appeared or is gone, and those whose owner was not known look again
 * for the workload that they belong to. */
void linkage_renew_pods(struct cluster *cluster, const char *owner_uid);
