/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/flavor_victims.h"

/* What holds once those who leave have left. */
static const struct quota_usage *usage_to_come(const struct flavor_state *state)
{
    return state->promised != NULL ? state->promised : state->usage;
}

bool flavor_victims_are_possible(const struct flavor_state *state)
{
    return state->holders != NULL &&
           preemption_is_possible(state->rules.queue, state->rules.configuration->fair_sharing);
}

bool flavor_victims_find(const struct flavor_state *state, const struct order_key *order,
                         const struct quota_amounts *amounts,
                         const struct preemption_places *places, struct victim_list *out_victims)
{
    const struct preemption_state preemption = {
        .usage = usage_to_come(state),
        .placement = state->placement,
        .holders = state->holders,
        .is_fair_sharing = state->rules.configuration->fair_sharing,
    };
    const struct preemptor preemptor = {
        .node = state->node,
        .order = *order,
        .amounts = amounts,
        .places = places,
    };

    return preemption_find_victims(&preemption, &preemptor, out_victims);
}

static int highest_level(const struct quota_usage *usage, int node,
                         const struct quota_amounts *amounts)
{
    int highest = 0;

    array_for_each(item, amounts) {
        int level = quota_usage_borrowing_level(usage, node, item->cell, item->amount);
        highest = level > highest ? level : highest;
    }
    return highest;
}

int flavor_victims_borrowing_level(const struct flavor_state *state,
                                   const struct quota_amounts *amounts,
                                   const struct victim_list *victims)
{
    struct quota_usage usage;

    if (victims->count == 0) {
        return highest_level(state->usage, state->node, amounts);
    }
    quota_usage_copy(usage_to_come(state), &usage);
    array_for_each(victim, victims) {
        const struct holder *holder = &state->holders->items[victim->holder];
        quota_usage_subtract(&usage, holder->node, &holder->amounts);
    }
    int level = highest_level(&usage, state->node, amounts);
    quota_usage_release(&usage);
    return level;
}

bool flavor_victims_are_of_others(const struct victim_list *victims)
{
    array_for_each(victim, victims) {
        if (victim->reason == PREEMPTION_IN_CLUSTER_QUEUE) {
            return false;
        }
    }
    return true;
}
