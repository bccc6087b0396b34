/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/cluster.h"
#include "webhook/cluster/snapshot.h"

/* Hands what the companion knows to the http threads, as immutable snapshots. Owned by the
 * companion thread. */
struct publisher {
    struct snapshot_slot *slot;
    const char *username;         /* ours; NULL: not known */
    const struct directory *told; /* whose queues have series; only compared, the slot keeps it */
};

/* Publishes a new snapshot. */
void publisher_publish(struct publisher *publisher, const struct cluster *cluster);
