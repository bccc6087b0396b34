/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/admission/decision.h"
#include "webhook/admission/subject.h"

/* What happens to an object that is created: forged annotations go; it is stamped, labelled with
 * its queue, and suspended (design.md §6). `arrival_us` is its stamp. */
void create_rules_apply(const struct subject *subject, int64_t arrival_us,
                        struct decision *decision);
