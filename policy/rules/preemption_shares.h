/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/preemption_search.h"

/* With fair sharing, a queue gives way to one that has a smaller share even with what it asks. */

/* True if a strategy allows to take the candidate of another queue: LessThanOrEqualToFinalShare,
 * by which its queue is left with no smaller a share than the preemptor's, or LessThanInitialShare,
 * by which its queue has the larger share now. */
bool preemption_shares_allow(struct preemption_search *search,
                             const struct preemption_candidate *candidate);

/* Who goes next: of the queue with the largest share by the first strategy, as long as there is
 * anybody, then by the second. NULL: nobody may. */
struct preemption_candidate *preemption_shares_next(struct preemption_search *search);
