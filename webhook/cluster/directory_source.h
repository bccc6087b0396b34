/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/cache.h"
#include "webhook/cluster/directory.h"

/* The directory of what is cached now: usable queues and flavors only. Sealed; the caller owns a
 * reference. */
const struct directory *directory_source_read(const struct cache *cache);

/* True if the change between two items of one key (either may be NULL) alters the directory. A
 * heartbeat of a node, or our own status of a queue, does not. */
bool directory_source_differs(const struct item *before, const struct item *after);
