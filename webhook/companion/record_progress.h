/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/cluster.h"
#include "webhook/companion/record_status.h"

/* Moves the status of a record on to where its workload stands. Pure: what decides that the
 * workload is to go (evictions.h) has told so in the status before. */
void record_progress_apply(const struct cluster *cluster, const struct workload *workload,
                           int64_t now_us, struct record_status *status);

/* True if the start of the object, or of a Pod of it, was seen stored. */
bool record_progress_has_started(const struct workload *workload);

/* True if nothing of it runs or is about to: what it held is free. */
bool record_progress_has_let_go(const struct cluster *cluster, const struct workload *workload);

/* True if a Notebook carries an admission that is over. It is taken off before its record goes:
 * else it would be believed again. */
bool record_progress_must_withdraw(const struct workload *workload);
