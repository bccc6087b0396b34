/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/preemption_search.h"

/*
 * Takes candidates until each pod of the preemptor has a place: for every pod the node where the
 * least is lost, that is, where nobody of its own queue, then the lowest priority, then the fewest
 * must go. Stops at the pod for which no node can be made free enough.
 */
void preemption_places_make_room(struct preemption_search *search);
