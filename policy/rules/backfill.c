/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/backfill.h"

int64_t backfill_find_start(const struct flavor_state *state, const struct flavor_request *request,
                            int64_t now_us)
{
    auto_forecast struct forecast forecast = {0};
    auto_assignment struct assignment assignment = {0};
    struct forecast_ends ends = {0};

    if (state->holders != NULL) {
        array_for_each(holder, state->holders) {
            int64_t ends_us = forecast_declared_end(holder, now_us);
            array_append(&ends, ((struct forecast_end){.at_us = ends_us, .holder = holder}));
        }
    }
    forecast_init_take(&forecast, state, &ends, now_us);
    return forecast_advance_to_fit(&forecast, request, &assignment);
}
