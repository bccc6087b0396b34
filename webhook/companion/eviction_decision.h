/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/companion/record_status.h"

/* True if a workload that holds is to go now; *out_next_us is when that may change by the mere
 * passing of time, 0: never. */
bool eviction_is_due(const struct pods_ready_rules *rules, const struct workload *workload,
                     int64_t now_us, int64_t *out_next_us);

/* Says so, and why, in its status, which was made of its record. */
void eviction_decide(const struct pods_ready_rules *rules, const struct workload *workload,
                     int64_t now_us, struct record_status *status);
