/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/cluster_queue.h"
#include "policy/objects/field.h"

/* Our annotations, and the most GPUs that a cap may say. */
#define OPTION_PREFIX "gpuaas.dev/"
#define OPTION_NODE_PLACES OPTION_PREFIX "node-places"
#define OPTION_BACKFILL OPTION_PREFIX "backfill"
#define OPTION_MINIMUM_RUNTIME OPTION_PREFIX "minimum-runtime"
#define OPTION_MAX_GPUS_PER_USER OPTION_PREFIX "max-gpus-per-user"
#define OPTION_MAX_GPUS OPTION_PREFIX "max-gpus"
enum { OPTION_GPUS_MAX = 1000000 };

/* Reads the options of a ClusterQueue from its annotations. */
void queue_options_read(const struct field *root, struct queue_options *out_options);

/* Reads the cap of a LocalQueue; 0 if there is none. */
int64_t queue_options_read_max_gpus(const struct field *root);
