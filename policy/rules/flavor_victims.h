/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/flavors.h"

/* True if the queue may take room from others, so that a search for victims makes sense. */
bool flavor_victims_are_possible(const struct flavor_state *state);

/* Who must go so that the amounts and the places can be had; false if nobody's going is enough. */
bool flavor_victims_find(const struct flavor_state *state, const struct order_key *order,
                         const struct quota_amounts *amounts,
                         const struct preemption_places *places, struct victim_list *out_victims);

/* The highest borrowing level of the amounts, once the victims are gone. */
int flavor_victims_borrowing_level(const struct flavor_state *state,
                                   const struct quota_amounts *amounts,
                                   const struct victim_list *victims);

/* True if nobody of the preemptor's own queue goes. */
bool flavor_victims_are_of_others(const struct victim_list *victims);
