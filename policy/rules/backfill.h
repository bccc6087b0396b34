/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/forecast.h"

/* When it is not known. */
#define BACKFILL_NEVER FORECAST_NEVER

/*
 * The earliest time (µs) at which a workload that waits can start for certain: when enough of what
 * runs has come to its declared end, others' places included. BACKFILL_NEVER if it needs what is
 * held by somebody who declared no end. `state` is how things stand now; who is leaving, or should
 * have ended before, is taken to end now, and what is promised to preemptors to be theirs.
 */
int64_t backfill_find_start(const struct flavor_state *state, const struct flavor_request *request,
                            int64_t now_us);
