/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/flavor_fit.h"

#include "policy/rules/flavor_victims.h"
#include "policy/rules/saturating.h"

void flavor_fit_release(struct flavor_fit *fit)
{
    array_release(&fit->amounts);
    array_release(&fit->picks);
    array_release(&fit->victims);
}

static enum assignment_mode worse(enum assignment_mode left, enum assignment_mode right)
{
    return left < right ? left : right;
}

static int64_t amount_given(const struct assignment *given, int cell)
{
    array_for_each(item, &given->amounts) {
        if (item->cell == cell) {
            return item->amount;
        }
    }
    return 0;
}

static int64_t find_available(const struct flavor_state *state, int cell)
{
    int64_t now = quota_usage_available(state->usage, state->node, cell);

    if (state->promised == NULL) {
        return now;
    }
    int64_t to_come = quota_usage_available(state->promised, state->node, cell);
    return now < to_come ? now : to_come;
}

static void tell(const struct flavor_wish *wish, struct shortages *shortages,
                 const struct shortage *shortage)
{
    struct shortage told = *shortage;

    told.pod_set = memory_copy_text(wish->set->name);
    told.flavor = memory_copy_text(shortage->flavor);
    told.resource = memory_copy_text(shortage->resource);
    array_append(shortages, told);
}

/* One resource against what is left, the pod sets before it counted. */
static enum assignment_mode try_quota(const struct flavor_wish *wish, char *flavor, char *resource,
                                      struct shortages *shortages, struct flavor_fit *fit)
{
    const struct flavor_state *state = wish->state;
    int cell = quota_tree_find_cell(state->usage->tree, flavor, resource);
    int64_t asked = pod_set_total(wish->set, wish->count, resource);
    struct shortage shortage = {.flavor = flavor, .resource = resource, .asked = asked};

    if (asked == 0) { /* nothing fits even where too much is taken */
        return ASSIGNMENT_FITS;
    }
    if (cell != QUOTA_NO_CELL) {
        shortage.taken = amount_given(wish->given, cell);
        shortage.available = saturating_subtract(find_available(state, cell), shortage.taken);
        shortage.maximum = quota_tree_potential(state->usage->tree, state->node, cell);
    }
    int64_t sum = saturating_add(asked, shortage.taken);
    if (sum > shortage.maximum || sum == INT64_MAX) { /* what saturates is more than any quota */
        shortage.kind = SHORTAGE_MAXIMUM;
        tell(wish, shortages, &shortage);
        return ASSIGNMENT_NEVER;
    }
    quota_amounts_add(&fit->amounts, cell, asked);
    int level = quota_usage_borrowing_level(state->usage, state->node, cell, sum);
    fit->borrowing_level = level > fit->borrowing_level ? level : fit->borrowing_level;
    if (asked <= shortage.available) {
        return ASSIGNMENT_FITS;
    }
    shortage.kind = SHORTAGE_QUOTA;
    tell(wish, shortages, &shortage);
    return ASSIGNMENT_WAITS;
}

/* Quota first: who has none needs to know of his place only that there can never be one. */
static enum assignment_mode try_place(const struct flavor_wish *wish,
                                      const struct resource_flavor *flavor,
                                      struct shortages *shortages, struct flavor_fit *fit)
{
    static const enum shortage_kind kinds[] = {
        [PLACEMENT_FULL] = SHORTAGE_PLACE,
        [PLACEMENT_TOO_LARGE] = SHORTAGE_TOO_LARGE,
        [PLACEMENT_NO_NODES] = SHORTAGE_NO_NODES,
    };
    struct placement_shortage why = {0};

    /* Without quota no place is looked for now, but one must be possible. */
    if (fit->mode != ASSIGNMENT_FITS &&
        placement_suffices_when_empty(wish->placement, flavor, wish->set, wish->count)) {
        return ASSIGNMENT_FITS;
    }
    enum placement_answer answer =
        placement_try(wish->placement, flavor, wish->set, wish->count, &fit->picks, &why);
    if (answer == PLACEMENT_FITS) {
        return ASSIGNMENT_FITS;
    }
    tell(wish, shortages,
         &(struct shortage){
             .kind = kinds[answer],
             .flavor = flavor->name,
             .resource = why.resource[0] != '\0' ? why.resource : NULL,
             .asked = why.needed_per_pod,
             .available = why.free_in_all,
             .maximum = why.most_on_one_node,
             .nodes = why.node_count,
         });
    return answer == PLACEMENT_FULL ? ASSIGNMENT_WAITS : ASSIGNMENT_NEVER;
}

static void add_places(const struct flavor_wish *wish, const struct resource_flavor *flavor,
                       struct preemption_places *places)
{
    array_for_each(place, &wish->given->places) {
        array_append(places, ((struct preemption_place){place->flavor, place->set, place->count}));
    }
    if (wish->placement != NULL) {
        array_append(places, ((struct preemption_place){flavor, wish->set, wish->count}));
    }
}

/* Looks for victims on behalf of all that the workload has been given, and of this. */
static enum assignment_mode try_victims(const struct flavor_wish *wish,
                                        const struct resource_flavor *flavor,
                                        struct flavor_fit *fit)
{
    struct quota_amounts amounts = {0};
    struct preemption_places places = {0};
    bool is_enough = false;

    array_for_each(item, &wish->given->amounts) {
        quota_amounts_add(&amounts, item->cell, item->amount);
    }
    array_for_each(item, &fit->amounts) {
        quota_amounts_add(&amounts, item->cell, item->amount);
    }
    add_places(wish, flavor, &places);
    if (flavor_victims_find(wish->state, &wish->request->order, &amounts, &places, &fit->victims)) {
        is_enough = true;
        fit->is_reclaim = flavor_victims_are_of_others(&fit->victims);
        fit->borrowing_level = flavor_victims_borrowing_level(wish->state, &amounts, &fit->victims);
    }
    array_release(&amounts);
    array_release(&places);
    return is_enough ? ASSIGNMENT_PREEMPTS : ASSIGNMENT_WAITS;
}

void flavor_fit_evaluate(const struct flavor_wish *wish, const struct flavor_quota *quota,
                         struct shortages *shortages, struct flavor_fit *out_fit)
{
    const struct flavor_rules *rules = &wish->state->rules;
    const struct resource_flavor *flavor = flavor_list_find(rules->flavors, quota->flavor);
    char *mismatch = flavors_explain_mismatch(rules, wish->group, quota, wish->set);

    *out_fit = (struct flavor_fit){.quota = quota, .mode = ASSIGNMENT_FITS};
    if (mismatch != NULL) {
        out_fit->mode = ASSIGNMENT_NEVER;
        tell(wish, shortages,
             &(struct shortage){
                 .kind = SHORTAGE_MISMATCH, .flavor = quota->flavor, .detail = mismatch});
        return;
    }
    array_for_each(resource, &wish->group->covered_resources) {
        if (resources_has(&wish->set->requests, *resource)) {
            out_fit->mode =
                worse(out_fit->mode, try_quota(wish, quota->flavor, *resource, shortages, out_fit));
        }
    }
    if (wish->placement != NULL && out_fit->mode != ASSIGNMENT_NEVER) {
        out_fit->mode = worse(out_fit->mode, try_place(wish, flavor, shortages, out_fit));
    }
    if (out_fit->mode == ASSIGNMENT_WAITS && flavor_victims_are_possible(wish->state)) {
        out_fit->mode = try_victims(wish, flavor, out_fit);
    }
}
