/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/simulate/simulation.h"

/* What a workload that waits would be told when it comes: when it may start, by those who hold and
 * wait now. Is kept in the workload, on the clock of the trace. */
void promise_make(struct simulation *simulation, struct stage *stage, size_t number);

/* True if it started when it was told to; a maximum run time that was not used up lets it start
 * earlier, but never later. */
bool promise_is_kept(const struct simulated_workload *workload);
