/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/cohort_pass.h"

/* The order of a pass in the plainest way: before each decision every head is evaluated anew, on
 * copies of all that counts for it. For queues that do not preempt, without nodes, caps, backfill
 * and fair sharing. Sets the kind of verdicts, and is_tried; the
 * usage is brought up to date. */
void slow_pass_run(struct cohort_pass *pass);
