/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/workload.h"

/* When the last of the Pods that the workload was admitted with became ready, µs; 0: one of them is
 * not ready now. A Pod that ended well counts as ready. */
int64_t pods_ready_since_us(const struct workload *workload);
