/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/flavors.h"

#define FORECAST_NEVER INT64_MAX

/* Somebody lets go of all that he holds. */
struct forecast_end {
    int64_t at_us;
    const struct holder *holder;
    struct holder *started; /* the same, owned, if he starts within the forecast; else NULL */
};

struct forecast_ends ARRAY_OF(struct forecast_end);

/*
 * The time to come, played forward on copies of what is held: holders come to their ends, and those
 * who wait start. What is promised to preemptors counts as done. Embedded in its owner, of which
 * the ends borrow the holders.
 */
struct forecast {
    const struct flavor_state *state; /* as things stand when it begins; borrowed */
    int64_t begins_us;
    struct quota_usage usage;
    struct placement placement;
    struct forecast_ends ends; /* by time */
    size_t passed;             /* so many of them are over */
};

/* Takes the ends, in any order; those of FORECAST_NEVER are left out. */
void forecast_init_take(struct forecast *forecast, const struct flavor_state *state,
                        struct forecast_ends *ends, int64_t now_us);
void forecast_release(struct forecast *forecast);

/* The time at which a holder ends by what he declared: now if that is past, or if he is leaving.
 * FORECAST_NEVER if he declared nothing. */
int64_t forecast_declared_end(const struct holder *holder, int64_t now_us);

/* Goes on until the request fits, and returns the time. FORECAST_NEVER, and time stands still, if
 * it does not fit even when all ends are over. */
int64_t forecast_advance_to_fit(struct forecast *forecast, const struct flavor_request *request,
                                struct assignment *out_assignment);

/* Starts what fits now, by its assignment, until it ends. */
void forecast_start(struct forecast *forecast, const struct assignment *assignment,
                    int64_t ends_us);

MEMORY_DEFINE_AUTO_RELEASE(forecast)
#define auto_forecast __attribute__((cleanup(forecast_auto_release)))
