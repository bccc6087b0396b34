/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/admission/decision.h"
#include "webhook/admission/subject.h"
#include "webhook/admission/waiting_advice.h"

/* Finds the queue of an object, writes it as its label if it has none, and notes queue and flavor
 * in the decision. A queue that cannot be found is no denial: the object waits for it. True if the
 * label was written; what the user should be told is in *out_advice. */
bool queue_label_write(const struct subject *subject, struct decision *decision,
                       struct waiting_advice *out_advice);
