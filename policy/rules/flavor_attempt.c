/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/flavor_attempt.h"

#include "base/text.h"
#include "policy/rules/flavor_fungibility.h"
#include "policy/rules/flavor_victims.h"

/* What has been given so far is in `assignment`. */
struct attempt {
    const struct flavor_state *state;
    const struct flavor_request *request;
    const struct flavor_reduction *reduction;
    struct assignment *assignment;
    const char *reason;        /* why its mode is not better */
    bool has_victims_for_all;  /* false: something was given after the last search for victims */
    struct placement *crowded; /* with the places of the pod sets before; NULL: there are none */
};

static enum verdict_kind kind_of(enum assignment_mode mode)
{
    static const enum verdict_kind kinds[] = {
        [ASSIGNMENT_NEVER] = VERDICT_INADMISSIBLE,
        [ASSIGNMENT_WAITS] = VERDICT_WAITS,
        [ASSIGNMENT_PREEMPTS] = VERDICT_WAITS,
        [ASSIGNMENT_FITS] = VERDICT_FITS,
    };

    return kinds[mode];
}

/* The whole is as good as the worst of its parts; `first` is the first shortage of this part. */
static void lower_mode(struct attempt *attempt, enum assignment_mode mode, size_t first)
{
    struct assignment *assignment = attempt->assignment;

    if (mode < assignment->mode) {
        assignment->mode = mode;
        attempt->reason = mode == ASSIGNMENT_PREEMPTS
                              ? "WaitingForPreemptedWorkloads"
                              : verdict_reason(kind_of(mode), &assignment->shortages, first);
    }
}

static int64_t count_of(const struct attempt *attempt, const struct pod_set *set)
{
    return set == attempt->reduction->set ? attempt->reduction->count : set->count;
}

/* A managed resource must be covered; any other that is not is left out of the account. */
static void check_coverage(struct attempt *attempt, const struct pod_set *set)
{
    const struct flavor_rules *rules = &attempt->state->rules;
    struct shortages *shortages = &attempt->assignment->shortages;

    for (size_t i = 0; i < set->requests.count; i++) {
        const struct resource_amount *request = &set->requests.items[i];
        if (request->amount > 0 && configuration_manages(rules->configuration, request->name) &&
            cluster_queue_find_group(rules->queue, request->name) == NULL) {
            array_append(shortages, ((struct shortage){
                                        .kind = SHORTAGE_UNCOVERED,
                                        .pod_set = memory_copy_text(set->name),
                                        .resource = memory_copy_text(request->name),
                                        .asked = pod_set_total(set, set->count, request->name),
                                    }));
            lower_mode(attempt, ASSIGNMENT_NEVER, shortages->count - 1);
        }
    }
}

/* The flavor that has the pods' accelerators is where they must find a place; for others, the
 * first that they are given. */
static const struct resource_group *find_placing_group(const struct flavor_rules *rules,
                                                       const struct pod_set *set)
{
    const struct resource_group *first = NULL;

    array_for_each(group, &rules->queue->resource_groups) {
        if (flavors_group_serves_managed(rules->configuration, group, set)) {
            return group;
        }
        if (first == NULL && flavors_group_serves(group, set)) {
            first = group;
        }
    }
    return first;
}

/* The nodes as they are once the pod sets before have theirs. */
static const struct placement *find_placement(struct attempt *attempt)
{
    return attempt->crowded != NULL ? attempt->crowded : attempt->state->placement;
}

static void crowd(struct attempt *attempt, const struct assigned_place *place)
{
    bool is_last =
        place->set + 1 == attempt->request->pod_sets->items + attempt->request->pod_sets->count;

    if (is_last || place->picks.count == 0) {
        return;
    }
    if (attempt->crowded == NULL) {
        attempt->crowded = memory_allocate(sizeof *attempt->crowded);
        placement_copy(attempt->state->placement, attempt->crowded);
    }
    placement_take(attempt->crowded, &place->picks, &place->set->requests);
}

static void record_flavor(const struct flavor_wish *wish, const char *flavor,
                          struct pod_set_admission *admitted)
{
    array_for_each(resource, &wish->group->covered_resources) {
        if (resources_has(&wish->set->requests, *resource)) {
            array_append(&admitted->assignments,
                         ((struct flavor_assignment){
                             .resource = memory_copy_text(*resource),
                             .flavor = memory_copy_text(flavor),
                             .amount = resources_get(&wish->set->requests, *resource),
                         }));
        }
    }
}

static void give_place(struct attempt *attempt, const struct flavor_wish *wish,
                       struct flavor_fit *fit)
{
    struct assigned_place place = {
        .flavor = flavor_list_find(wish->state->rules.flavors, fit->quota->flavor),
        .set = wish->set,
        .count = wish->count,
        .picks = fit->picks,
    };

    memset(&fit->picks, 0, sizeof fit->picks);
    array_append(&attempt->assignment->places, place);
    crowd(attempt, &place);
}

/* Moves what the fit has into the assignment. */
static void give(struct attempt *attempt, const struct flavor_wish *wish, struct flavor_fit *fit)
{
    struct assignment *assignment = attempt->assignment;
    bool is_preempting = fit->mode == ASSIGNMENT_PREEMPTS;

    array_for_each(item, &fit->amounts) {
        quota_amounts_add(&assignment->amounts, item->cell, item->amount);
    }
    if (wish->placement != NULL) {
        give_place(attempt, wish, fit);
    }
    attempt->has_victims_for_all = is_preempting;
    if (is_preempting) {
        array_release(&assignment->victims);
        assignment->victims = fit->victims;
        memset(&fit->victims, 0, sizeof fit->victims);
    }
    if (is_preempting || fit->borrowing_level > assignment->borrowing_level) {
        assignment->borrowing_level = fit->borrowing_level;
    }
}

static bool group_has_flavor(const struct resource_group *group, const char *flavor)
{
    array_for_each(quota, &group->flavors) {
        if (text_equal(quota->flavor, flavor)) {
            return true;
        }
    }
    return false;
}

/* Tries the flavors in order until one ends the search; *best is zeroed before. */
static void find_best(const struct flavor_wish *wish, struct shortages *shortages,
                      struct flavor_fit *best)
{
    const struct flavor_fungibility *rules = &wish->state->rules.queue->fungibility;
    const char *only_flavor = wish->request->only_flavor;
    bool is_bound = only_flavor != NULL && group_has_flavor(wish->group, only_flavor);

    array_for_each(quota, &wish->group->flavors) {
        if (is_bound && !text_equal(quota->flavor, only_flavor)) {
            continue;
        }
        struct flavor_fit fit;
        flavor_fit_evaluate(wish, quota, shortages, &fit);
        bool is_last = flavor_fungibility_stops(rules, &fit);
        if (is_last || best->quota == NULL || flavor_fungibility_prefers(rules, &fit, best)) {
            flavor_fit_release(best);
            *best = fit;
        } else {
            flavor_fit_release(&fit);
        }
        if (is_last) {
            return;
        }
    }
}

static void serve_group(struct attempt *attempt, const struct pod_set *set,
                        const struct resource_group *group, bool is_placing,
                        struct pod_set_admission *admitted)
{
    struct shortages *shortages = &attempt->assignment->shortages;
    size_t first = shortages->count;
    auto_flavor_fit struct flavor_fit best = {0};
    const struct flavor_wish wish = {
        .state = attempt->state,
        .request = attempt->request,
        .group = group,
        .set = set,
        .count = admitted->count,
        .placement = is_placing ? find_placement(attempt) : NULL,
        .given = attempt->assignment,
    };

    find_best(&wish, shortages, &best);
    if (best.mode == ASSIGNMENT_FITS) {
        shortages_truncate(shortages, first);
    }
    lower_mode(attempt, best.mode, first);
    if (best.mode != ASSIGNMENT_NEVER) {
        record_flavor(&wish, best.quota->flavor, admitted);
        give(attempt, &wish, &best);
    }
}

static void serve_pod_set(struct attempt *attempt, const struct pod_set *set)
{
    const struct flavor_rules *rules = &attempt->state->rules;
    const struct resource_group *placing = find_placing_group(rules, set);
    struct pod_set_admission admitted = {
        .name = memory_copy_text(set->name),
        .count = count_of(attempt, set),
    };

    check_coverage(attempt, set);
    array_for_each(group, &rules->queue->resource_groups) {
        if (flavors_group_serves(group, set)) {
            serve_group(attempt, set, group, group == placing, &admitted);
        }
    }
    array_append(&attempt->assignment->admission->pod_sets, admitted);
}

/* The victims must make room for the whole, also for what fitted by itself. */
static void settle_victims(struct attempt *attempt)
{
    struct assignment *assignment = attempt->assignment;
    const struct flavor_state *state = attempt->state;
    struct preemption_places places = {0};

    if (assignment->mode != ASSIGNMENT_PREEMPTS || attempt->has_victims_for_all) {
        return;
    }
    array_for_each(place, &assignment->places) {
        array_append(&places, ((struct preemption_place){place->flavor, place->set, place->count}));
    }
    array_release(&assignment->victims);
    if (flavor_victims_find(state, &attempt->request->order, &assignment->amounts, &places,
                            &assignment->victims)) {
        assignment->borrowing_level =
            flavor_victims_borrowing_level(state, &assignment->amounts, &assignment->victims);
    } else {
        lower_mode(attempt, ASSIGNMENT_WAITS, 0);
    }
    array_release(&places);
}

/* What only a workload that starts, or is about to, keeps. */
static void drop_the_rest(struct assignment *assignment)
{
    if (assignment->mode < ASSIGNMENT_PREEMPTS) {
        admission_destroy(take_pointer(&assignment->admission));
        assigned_places_release(&assignment->places);
    }
    if (assignment->mode != ASSIGNMENT_PREEMPTS) {
        array_release(&assignment->victims);
    }
    if (assignment->mode == ASSIGNMENT_PREEMPTS) {
        array_for_each(place, &assignment->places) {
            array_release(&place->picks);
        }
    }
}

void flavor_attempt_run(const struct flavor_state *state, const struct flavor_request *request,
                        const struct flavor_reduction *reduction, struct assignment *out_assignment)
{
    struct attempt attempt = {
        .state = state,
        .request = request,
        .reduction = reduction,
        .assignment = out_assignment,
    };

    *out_assignment = (struct assignment){.mode = ASSIGNMENT_FITS};
    out_assignment->admission = assignment_create_admission(state->rules.queue);
    array_for_each(set, request->pod_sets) {
        serve_pod_set(&attempt, set);
    }
    settle_victims(&attempt);
    drop_the_rest(out_assignment);
    out_assignment->verdict.kind = kind_of(out_assignment->mode);
    out_assignment->verdict.reason = attempt.reason;
    if (attempt.crowded != NULL) {
        placement_release(attempt.crowded);
        free(attempt.crowded);
    }
}
