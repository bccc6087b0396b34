/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/admission/decision.h"
#include "webhook/admission/subject.h"

/* The validating twin: judges the object as it is about to be stored, because others change it
 * before and after the mutating call, and denies what only we may do (design.md §10). */
void twin_judge(const struct subject *subject, struct decision *decision);
