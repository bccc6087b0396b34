/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/estimate.h"

#include "policy/rules/forecast.h"
#include "policy/rules/saturating.h"

enum {
    SAMPLES_MIN = 5,
    QUICK_PERCENT = 25,
    SLOW_PERCENT = 90,
    AHEAD_MAX = 2000, /* more take too long to play, and say nothing any more */
};

/* How long those run who declared nothing, counted from their start; and the least that is left for
 * them, however long they have run: what has lasted long is likely to last longer. */
struct pace {
    int64_t run_time_us; /* FORECAST_NEVER: nobody knows */
    int64_t rest_us;
};

static int64_t end_of_holder(const struct holder *holder, const struct pace *pace, int64_t now_us)
{
    int64_t declared_us = forecast_declared_end(holder, now_us);

    if (declared_us != FORECAST_NEVER || pace->run_time_us == FORECAST_NEVER) {
        return declared_us;
    }
    int64_t age_us = saturating_subtract(now_us, holder->admitted_us);
    int64_t rest_us = saturating_subtract(pace->run_time_us, age_us);
    return saturating_add(now_us, rest_us > pace->rest_us ? rest_us : pace->rest_us);
}

static void init_forecast(struct forecast *forecast, const struct flavor_state *state,
                          const struct pace *pace, int64_t now_us)
{
    struct forecast_ends ends = {0};

    if (state->holders != NULL) {
        array_for_each(holder, state->holders) {
            int64_t ends_us = end_of_holder(holder, pace, now_us);
            array_append(&ends, ((struct forecast_end){.at_us = ends_us, .holder = holder}));
        }
    }
    forecast_init_take(forecast, state, &ends, now_us);
}

/* True if those behind it need not wait for it, though it never starts. */
static bool blocks_nobody(const struct flavor_state *state, const struct assignment *assignment)
{
    return assignment->mode == ASSIGNMENT_NEVER ||
           state->rules.queue->queueing_strategy == QUEUEING_BEST_EFFORT_FIFO;
}

/* When the last of the line starts. */
static int64_t play(const struct flavor_state *state, const struct estimate_line *line,
                    const struct pace *pace, int64_t now_us)
{
    auto_forecast struct forecast forecast = {0};
    int64_t start_us = FORECAST_NEVER;

    init_forecast(&forecast, state, pace, now_us);
    array_for_each(entry, line) {
        auto_assignment struct assignment assignment = {0};
        const struct flavor_request request = {
            .pod_sets = entry->pod_sets,
            .only_flavor = entry->only_flavor,
        };
        start_us = forecast_advance_to_fit(&forecast, &request, &assignment);
        if (start_us != FORECAST_NEVER) {
            int64_t run_time_us = entry->run_time_us != 0 ? entry->run_time_us : pace->run_time_us;
            forecast_start(&forecast, &assignment, saturating_add(start_us, run_time_us));
        } else if (!blocks_nobody(state, &assignment)) {
            return FORECAST_NEVER;
        }
    }
    return start_us;
}

static bool estimate_declared(const struct flavor_state *state, const struct estimate_line *line,
                              int64_t now_us, struct estimate *out_estimate)
{
    int64_t start_us = play(state, line, &(struct pace){FORECAST_NEVER, 0}, now_us);

    if (start_us == FORECAST_NEVER) {
        return false;
    }
    /* Who declares a maximum may be done at any time before. */
    *out_estimate = (struct estimate){
        .basis = ESTIMATE_DECLARED,
        .earliest_us = now_us,
        .latest_us = start_us,
    };
    return true;
}

static void estimate_measured(const struct flavor_state *state, const struct run_times *times,
                              const struct estimate_line *line, int64_t now_us,
                              struct estimate *out_estimate)
{
    const int64_t quick_us = run_times_percentile(times, QUICK_PERCENT);
    const int64_t slow_us = run_times_percentile(times, SLOW_PERCENT);
    const int64_t early_us = play(state, line, &(struct pace){quick_us, 0}, now_us);
    const int64_t late_us = play(state, line, &(struct pace){slow_us, slow_us / 2}, now_us);

    if (early_us == FORECAST_NEVER || late_us == FORECAST_NEVER) {
        return;
    }
    /* What ends later may, once in a while, leave better gaps. */
    *out_estimate = (struct estimate){
        .basis = ESTIMATE_MEASURED,
        .earliest_us = early_us < late_us ? early_us : late_us,
        .latest_us = early_us < late_us ? late_us : early_us,
        .sample_count = run_times_count(times),
    };
}

void estimate_start(const struct flavor_state *state, const struct run_times *times,
                    const struct estimate_line *line, int64_t now_us, struct estimate *out_estimate)
{
    *out_estimate = (struct estimate){.basis = ESTIMATE_NONE};
    if (line->count == 0 || line->count - 1 > AHEAD_MAX ||
        estimate_declared(state, line, now_us, out_estimate)) {
        return;
    }
    if (run_times_count(times) >= SAMPLES_MIN) {
        estimate_measured(state, times, line, now_us, out_estimate);
    }
}
