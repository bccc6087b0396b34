/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/preemption_search.h"

#include "policy/rules/placement_node.h"
#include "policy/rules/preemption_shares.h"

void preemption_search_init(struct preemption_search *search, const struct preemption_state *state,
                            const struct preemptor *preemptor)
{
    *search = (struct preemption_search){
        .preemptor = preemptor,
        .is_fair_sharing = state->is_fair_sharing,
    };
    preemption_trial_init(&search->trial, state, preemptor);
    preemption_need_init(&search->need, &search->trial);
    preemption_candidates_find(state, preemptor, &search->need, &search->candidates);
}

void preemption_search_release(struct preemption_search *search)
{
    preemption_trial_release(&search->trial);
    preemption_need_release(&search->need);
    array_release(&search->candidates);
    array_release(&search->taken);
}

void preemption_search_open(struct preemption_search *search, bool may_borrow)
{
    search->trial.may_borrow = may_borrow;
    array_for_each(candidate, &search->candidates) {
        bool is_out = may_borrow && candidate->is_reclaimable;
        candidate->state = is_out ? CANDIDATE_OUT : CANDIDATE_OPEN;
    }
}

bool preemption_search_may_take(struct preemption_search *search,
                                const struct preemption_candidate *candidate)
{
    if (candidate->state != CANDIDATE_OPEN) {
        return false;
    }
    if (candidate->holder->is_leaving || preemption_candidate_is_own(candidate)) {
        return true;
    }
    return preemption_candidate_has_borrowed(candidate, &search->need, &search->trial.usage) &&
           (!search->is_fair_sharing || preemption_shares_allow(search, candidate));
}

void preemption_search_take(struct preemption_search *search,
                            struct preemption_candidate *candidate)
{
    candidate->state = CANDIDATE_TAKEN;
    preemption_trial_remove(&search->trial, candidate->holder);
    array_append(&search->taken, candidate);
}

void preemption_search_undo(struct preemption_search *search, size_t count)
{
    while (search->taken.count > count) {
        struct preemption_candidate *candidate = search->taken.items[--search->taken.count];
        candidate->state = CANDIDATE_OPEN;
        preemption_trial_restore(&search->trial, candidate->holder);
    }
}

bool preemption_search_reaches(struct preemption_search *search, const struct preemption_goal *goal)
{
    if (goal == NULL) {
        return preemption_trial_fits(&search->trial);
    }
    return placement_node_room(&search->trial.placement.nodes.items[goal->node],
                               &goal->set->requests, PLACEMENT_AS_LOADED) > 0;
}

void preemption_search_spare(struct preemption_search *search, size_t count,
                             const struct preemption_goal *goal)
{
    for (size_t i = search->taken.count; i > count; i--) {
        struct preemption_candidate *candidate = search->taken.items[i - 1];
        preemption_trial_restore(&search->trial, candidate->holder);
        if (preemption_search_reaches(search, goal)) {
            candidate->state = CANDIDATE_OPEN;
            array_remove(&search->taken, i - 1);
        } else {
            preemption_trial_remove(&search->trial, candidate->holder);
        }
    }
}
