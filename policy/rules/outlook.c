/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/outlook.h"

void outlook_init(struct outlook *outlook, struct quota_usage *usage, struct placement *placement,
                  const struct holder_list *holders)
{
    *outlook = (struct outlook){.usage = usage, .placement = placement, .holders = holders};
}

void outlook_release(struct outlook *outlook)
{
    for (size_t i = outlook->borrowed_count; i < outlook->staying.count; i++) {
        struct holder *holder = &outlook->staying.items[i];
        array_release(&holder->amounts);
        array_for_each(place, &holder->places) {
            array_release(&place->picks);
        }
        array_release(&holder->places);
    }
    array_release(&outlook->staying);
    quota_usage_release(&outlook->promised);
    placement_release(&outlook->promised_places);
    placement_release(&outlook->room);
    memset(outlook, 0, sizeof *outlook);
}

static bool has_promises(const struct outlook *outlook)
{
    return outlook->promised.used != NULL;
}

static bool has_promised_places(const struct outlook *outlook)
{
    return outlook->room.nodes.count > 0;
}

void outlook_describe(const struct outlook *outlook, struct flavor_state *out_state)
{
    out_state->usage = outlook->usage;
    out_state->promised = has_promises(outlook) ? &outlook->promised : NULL;
    out_state->placement = has_promised_places(outlook) ? &outlook->room : outlook->placement;
    out_state->holders = outlook->staying.count > 0 ? &outlook->staying : outlook->holders;
}

/* A list of our own in which holders may be changed; what they point to stays the caller's. */
static void copy_holders(struct outlook *outlook)
{
    if (outlook->holders == NULL || outlook->staying.count > 0) {
        return;
    }
    array_for_each(holder, outlook->holders) {
        array_append(&outlook->staying, *holder);
    }
    outlook->borrowed_count = outlook->staying.count;
}

static void copy_usage(struct outlook *outlook)
{
    if (!has_promises(outlook)) {
        quota_usage_copy(outlook->usage, &outlook->promised);
    }
}

static void copy_placement(struct outlook *outlook)
{
    if (outlook->placement != NULL && !has_promised_places(outlook)) {
        placement_copy(outlook->placement, &outlook->promised_places);
        placement_copy(outlook->placement, &outlook->room);
    }
}

static void take_places(struct outlook *outlook, const struct assignment *assignment)
{
    array_for_each(place, &assignment->places) {
        placement_take(outlook->placement, &place->picks, &place->set->requests);
        if (has_promised_places(outlook)) {
            placement_take(&outlook->promised_places, &place->picks, &place->set->requests);
            placement_take(&outlook->room, &place->picks, &place->set->requests);
        }
    }
}

static void append_holder(struct outlook *outlook, int node, const struct assignment *assignment,
                          const struct holder *like)
{
    struct holder holder = *like;

    holder.node = node;
    array_for_each(item, &assignment->amounts) {
        array_append(&holder.amounts, *item);
    }
    array_for_each(place, &assignment->places) {
        struct holder_place held = {.requests = place->set->requests};
        array_for_each(pick, &place->picks) {
            array_append(&held.picks, *pick);
        }
        array_append(&holder.places, held);
    }
    copy_holders(outlook);
    array_append(&outlook->staying, holder);
}

void outlook_start(struct outlook *outlook, int node, const struct assignment *assignment,
                   const struct holder *holder)
{
    quota_usage_add(outlook->usage, node, &assignment->amounts);
    if (has_promises(outlook)) {
        quota_usage_add(&outlook->promised, node, &assignment->amounts);
    }
    if (outlook->placement != NULL) {
        take_places(outlook, assignment);
    }
    if (holder != NULL) {
        append_holder(outlook, node, assignment, holder);
    }
    outlook->version++;
}

/* The victim holds nothing any more in what is to come, so that nobody gains by it again. */
static void claim(struct outlook *outlook, struct holder *victim)
{
    quota_usage_subtract(&outlook->promised, victim->node, &victim->amounts);
    if (has_promised_places(outlook)) {
        array_for_each(place, &victim->places) {
            placement_give_back(&outlook->promised_places, &place->picks, &place->requests);
        }
    }
    victim->is_protected = true;
    memset(&victim->amounts, 0, sizeof victim->amounts);
    memset(&victim->places, 0, sizeof victim->places);
}

/* Until the victims are gone a node is as full as they, or as those who come, make it. */
static void promise_place(struct outlook *outlook, const struct assigned_place *place)
{
    struct placement_picks picks = {0};
    struct placement_shortage shortage;

    if (placement_try(&outlook->promised_places, place->flavor, place->set, place->count, &picks,
                      &shortage) == PLACEMENT_FITS) {
        placement_take(&outlook->promised_places, &picks, &place->set->requests);
    }
    array_for_each(pick, &picks) {
        resources_raise_to(&outlook->room.nodes.items[pick->node].used,
                           &outlook->promised_places.nodes.items[pick->node].used);
    }
    array_release(&picks);
}

void outlook_promise(struct outlook *outlook, int node, const struct assignment *assignment)
{
    copy_usage(outlook);
    copy_holders(outlook);
    copy_placement(outlook);
    array_for_each(victim, &assignment->victims) {
        claim(outlook, &outlook->staying.items[victim->holder]);
    }
    quota_usage_add(&outlook->promised, node, &assignment->amounts);
    array_for_each(place, &assignment->places) {
        promise_place(outlook, place);
    }
    outlook->version++;
}

void outlook_keep(struct outlook *outlook, int node, const struct quota_amounts *amounts)
{
    copy_usage(outlook);
    quota_usage_add(&outlook->promised, node, amounts);
}

void outlook_release_kept(struct outlook *outlook, int node, const struct quota_amounts *amounts)
{
    quota_usage_subtract(&outlook->promised, node, amounts);
}
