/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/companion/errands.h"
#include "webhook/companion/plan.h"

/* Asks for the stamped owner of a Pod that no watch has shown yet; the change is of that kind. */
void owner_fetch_send(struct cluster *cluster, struct errands *errands,
                      const struct change *change);

/* The answer: the owner is known from now on, or known to be absent. */
void owner_fetch_note_answer(struct cluster *cluster, const struct errand *errand,
                             const struct kube_answer *answer);
