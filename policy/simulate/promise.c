/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/promise.h"

#include "policy/simulate/stage_pass.h"

/* Those ahead in its line, in their order, and the workload itself last. */
static void collect_line(const struct simulation *simulation, const struct stage_line *line,
                         size_t number, struct estimate_line *out_line)
{
    for (size_t i = 0; i < line->pending.count; i++) {
        const struct simulated_workload *workload =
            &simulation->workloads.items[line->pending.items[i]];
        array_append(out_line, ((struct estimate_entry){
                                   .pod_sets = &workload->entry->pod_sets,
                                   .only_flavor = line->groups.items[workload->group].only_flavor,
                                   .run_time_us = workload->run_time_us,
                               }));
        if (line->pending.items[i] == number) {
            return;
        }
    }
}

void promise_make(struct simulation *simulation, struct stage *stage, size_t number)
{
    struct simulated_workload *workload = &simulation->workloads.items[number];
    const struct stage_line *line = &stage->lines.items[workload->line];
    struct estimate_line ahead = {0};
    struct flavor_state state;
    struct estimate *estimate = &workload->promise;

    stage_describe(stage, line, &simulation->rules, simulation_get_nodes(simulation), &state);
    collect_line(simulation, line, number, &ahead);
    estimate_start(&state, &line->run_times, &ahead, simulation->now_us + STAGE_PASS_EPOCH_US,
                   estimate);
    if (estimate->basis != ESTIMATE_NONE) {
        estimate->earliest_us -= STAGE_PASS_EPOCH_US;
        estimate->latest_us -= STAGE_PASS_EPOCH_US;
    }
    array_release(&ahead);
}

bool promise_is_kept(const struct simulated_workload *workload)
{
    const struct estimate *promise = &workload->promise;

    if (workload->runs.count == 0) {
        return false;
    }
    int64_t start_us = workload->runs.items[0].start_us;
    return start_us <= promise->latest_us &&
           (promise->basis == ESTIMATE_DECLARED || start_us >= promise->earliest_us);
}
