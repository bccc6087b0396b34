/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/preemption_trial.h"

void preemption_trial_init(struct preemption_trial *trial, const struct preemption_state *state,
                           const struct preemptor *preemptor)
{
    *trial = (struct preemption_trial){
        .preemptor = preemptor,
        .counts_places =
            state->placement != NULL && preemptor->places != NULL && preemptor->places->count > 0,
        .may_borrow = true,
    };
    quota_usage_copy(state->usage, &trial->usage);
    if (trial->counts_places) {
        placement_copy(state->placement, &trial->placement);
    }
}

void preemption_trial_release(struct preemption_trial *trial)
{
    quota_usage_release(&trial->usage);
    placement_release(&trial->placement);
}

void preemption_trial_remove(struct preemption_trial *trial, const struct holder *holder)
{
    quota_usage_subtract(&trial->usage, holder->node, &holder->amounts);
    if (trial->counts_places) {
        array_for_each(place, &holder->places) {
            placement_give_back(&trial->placement, &place->picks, &place->requests);
        }
    }
}

void preemption_trial_restore(struct preemption_trial *trial, const struct holder *holder)
{
    quota_usage_add(&trial->usage, holder->node, &holder->amounts);
    if (trial->counts_places) {
        array_for_each(place, &holder->places) {
            placement_take(&trial->placement, &place->picks, &place->requests);
        }
    }
}

static bool has_quota(const struct preemption_trial *trial)
{
    const struct preemptor *preemptor = trial->preemptor;

    if (!quota_usage_fits(&trial->usage, preemptor->node, preemptor->amounts)) {
        return false;
    }
    array_for_each(item, preemptor->amounts) {
        if (!trial->may_borrow && quota_usage_borrowing_level(&trial->usage, preemptor->node,
                                                              item->cell, item->amount) > 0) {
            return false;
        }
    }
    return true;
}

/* Gives its pods a place, one after the other, from that with this number on. */
static bool has_places_from(struct preemption_trial *trial, size_t number)
{
    const struct preemption_places *places = trial->preemptor->places;
    struct placement_picks picks;
    struct placement_shortage shortage;

    if (number == places->count) {
        return true;
    }
    const struct preemption_place *place = &places->items[number];
    if (placement_try(&trial->placement, place->flavor, place->set, place->count, &picks,
                      &shortage) != PLACEMENT_FITS) {
        return false;
    }
    placement_take(&trial->placement, &picks, &place->set->requests);
    bool has_places = has_places_from(trial, number + 1);
    placement_give_back(&trial->placement, &picks, &place->set->requests);
    array_release(&picks);
    return has_places;
}

bool preemption_trial_has_places(struct preemption_trial *trial)
{
    return !trial->counts_places || has_places_from(trial, 0);
}

bool preemption_trial_fits(struct preemption_trial *trial)
{
    return has_quota(trial) && preemption_trial_has_places(trial);
}
