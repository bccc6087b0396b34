/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/admission/decision.h"
#include "webhook/admission/subject.h"

/* What is set right in an object that somebody changes: a Job stays suspended until we start it,
 * and one that its user suspends queues anew; a Notebook gets its label and keeps our annotations,
 * but for those that its user's stop or start ends. All else is judged by the twin. `arrival_us` is
 * the stamp of a Job that queues anew. */
void update_rules_apply(const struct subject *subject, int64_t arrival_us,
                        struct decision *decision);
