/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/cluster.h"

/* What the API server tells goes into the cluster here. */

/* Keeps an object unless it is older than what is known of it; the item is taken over. */
void intake_put_take(struct cluster *cluster, struct item *item);

/* The object is gone: an answer that is older than that does not bring it back. */
void intake_remove(struct cluster *cluster, enum resource resource, const char *key,
                   int64_t now_ms);

/* The object is there, but does not concern us, or not any more. */
void intake_dismiss(struct cluster *cluster, enum resource resource, const char *key,
                    int64_t now_ms);

/* Between the two, every object that exists is put; the others are removed at the end. */
void intake_begin_list(struct cluster *cluster, enum resource resource);
void intake_end_list(struct cluster *cluster, enum resource resource, uint64_t round,
                     int64_t now_ms);
