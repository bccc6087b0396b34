/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/cluster.h"

/*
 * Where one workload stands: which queue is its, what it holds, whether it waits, and if it cannot
 * be tried, why. Brings workload, ledger and lines up to date. Frees the workload if nothing of it
 * is left.
 */
void standing_refresh(struct cluster *cluster, struct workload *workload, int64_t now_ms);
