/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/forecast.h"

static int compare_ends(const void *left, const void *right)
{
    const struct forecast_end *left_end = left;
    const struct forecast_end *right_end = right;

    return left_end->at_us < right_end->at_us ? -1 : left_end->at_us > right_end->at_us;
}

static void give_back(struct forecast *forecast, const struct holder *holder)
{
    quota_usage_subtract(&forecast->usage, holder->node, &holder->amounts);
    if (forecast->state->placement != NULL) {
        array_for_each(place, &holder->places) {
            placement_give_back(&forecast->placement, &place->picks, &place->requests);
        }
    }
}

static void take(struct forecast *forecast, const struct holder *holder)
{
    quota_usage_add(&forecast->usage, holder->node, &holder->amounts);
    if (forecast->state->placement != NULL) {
        array_for_each(place, &holder->places) {
            placement_take(&forecast->placement, &place->picks, &place->requests);
        }
    }
}

/* To the time when so many ends are over: onward or back. */
static void move_to(struct forecast *forecast, size_t passed)
{
    while (forecast->passed < passed) {
        give_back(forecast, forecast->ends.items[forecast->passed++].holder);
    }
    while (forecast->passed > passed) {
        take(forecast, forecast->ends.items[--forecast->passed].holder);
    }
}

static int64_t time_of(const struct forecast *forecast)
{
    if (forecast->passed == 0) {
        return forecast->begins_us;
    }
    return forecast->ends.items[forecast->passed - 1].at_us;
}

/* Nobody preempts in a forecast: whom he would stop has his own end. */
static bool fits_at(struct forecast *forecast, size_t passed, const struct flavor_request *request,
                    struct assignment *assignment)
{
    const struct flavor_state state = {
        .rules = forecast->state->rules,
        .node = forecast->state->node,
        .usage = &forecast->usage,
        .placement = forecast->state->placement != NULL ? &forecast->placement : NULL,
    };

    move_to(forecast, passed);
    assignment_release(assignment);
    flavors_assign(&state, request, assignment);
    return assignment->mode == ASSIGNMENT_FITS;
}

/* Doubles the stride until it fits, for most wait for few ends; then halves what lies between. It
 * does not fit at `refused`. */
static bool find_first_fit(struct forecast *forecast, size_t refused,
                           const struct flavor_request *request, struct assignment *assignment)
{
    const size_t last = forecast->ends.count;
    size_t served = last;

    for (size_t stride = 1;; stride *= 2) {
        if (refused == last) {
            return false;
        }
        served = last - refused > stride ? refused + stride : last;
        if (fits_at(forecast, served, request, assignment)) {
            break;
        }
        refused = served;
    }
    while (served - refused > 1) {
        size_t middle = refused + (served - refused) / 2;
        if (fits_at(forecast, middle, request, assignment)) {
            served = middle;
        } else {
            refused = middle;
        }
    }
    return forecast->passed == served || fits_at(forecast, served, request, assignment);
}

void forecast_init_take(struct forecast *forecast, const struct flavor_state *state,
                        struct forecast_ends *ends, int64_t now_us)
{
    *forecast = (struct forecast){.state = state, .begins_us = now_us};
    quota_usage_copy(state->promised != NULL ? state->promised : state->usage, &forecast->usage);
    if (state->placement != NULL) {
        placement_copy(state->placement, &forecast->placement);
    }
    array_for_each(end, ends) {
        if (end->at_us != FORECAST_NEVER) {
            array_append(&forecast->ends, *end);
        }
    }
    array_release(ends);
    if (forecast->ends.count > 0) {
        qsort(forecast->ends.items, forecast->ends.count, sizeof *forecast->ends.items,
              compare_ends);
    }
}

static void release_started(struct holder *holder)
{
    array_release(&holder->amounts);
    array_for_each(place, &holder->places) {
        array_release(&place->picks);
    }
    array_release(&holder->places);
    free(holder);
}

void forecast_release(struct forecast *forecast)
{
    array_for_each(end, &forecast->ends) {
        if (end->started != NULL) {
            release_started(end->started);
        }
    }
    array_release(&forecast->ends);
    quota_usage_release(&forecast->usage);
    placement_release(&forecast->placement);
    memset(forecast, 0, sizeof *forecast);
}

int64_t forecast_declared_end(const struct holder *holder, int64_t now_us)
{
    if (holder->is_leaving) {
        return now_us;
    }
    if (holder->ends_us == 0) {
        return FORECAST_NEVER;
    }
    return holder->ends_us > now_us ? holder->ends_us : now_us;
}

int64_t forecast_advance_to_fit(struct forecast *forecast, const struct flavor_request *request,
                                struct assignment *out_assignment)
{
    const size_t passed = forecast->passed;

    *out_assignment = (struct assignment){0};
    if (fits_at(forecast, passed, request, out_assignment)) {
        return time_of(forecast);
    }
    bool is_hopeless = out_assignment->mode == ASSIGNMENT_NEVER;
    if (is_hopeless || !find_first_fit(forecast, passed, request, out_assignment)) {
        move_to(forecast, passed);
        return FORECAST_NEVER;
    }
    return time_of(forecast);
}

static struct holder *create_holder(int node, const struct assignment *assignment)
{
    struct holder *holder = memory_allocate(sizeof *holder);

    holder->node = node;
    array_for_each(item, &assignment->amounts) {
        quota_amounts_add(&holder->amounts, item->cell, item->amount);
    }
    array_for_each(place, &assignment->places) {
        struct holder_place held = {.requests = place->set->requests};
        array_for_each(pick, &place->picks) {
            array_append(&held.picks, *pick);
        }
        array_append(&holder->places, held);
    }
    return holder;
}

void forecast_start(struct forecast *forecast, const struct assignment *assignment, int64_t ends_us)
{
    struct holder *holder = create_holder(forecast->state->node, assignment);
    size_t position = forecast->passed;

    take(forecast, holder);
    if (ends_us == FORECAST_NEVER) {
        release_started(holder);
        return;
    }
    while (position < forecast->ends.count && forecast->ends.items[position].at_us <= ends_us) {
        position++;
    }
    array_insert(&forecast->ends, position, ((struct forecast_end){ends_us, holder, holder}));
}
