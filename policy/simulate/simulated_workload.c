/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/simulated_workload.h"

void simulated_workload_release(struct simulated_workload *workload)
{
    array_for_each(run, &workload->runs) {
        array_release(&run->shares);
    }
    array_release(&workload->runs);
    verdict_release(&workload->why);
}

bool simulated_workload_has_started(const struct simulated_workload *workload)
{
    return workload->runs.count > 0;
}

int64_t simulated_workload_wait_us(const struct simulated_workload *workload)
{
    return workload->runs.count > 0 ? workload->runs.items[0].start_us - workload->entry->arrival_us
                                    : 0;
}

int64_t simulated_workload_count_gpus(const struct configuration *configuration,
                                      const struct pod_set_list *pod_sets)
{
    int64_t gpus = 0;

    array_for_each(set, pod_sets) {
        for (size_t i = 0; i < set->requests.count; i++) {
            const struct resource_amount *request = &set->requests.items[i];
            int64_t amount;
            if (configuration_manages(configuration, request->name) &&
                (__builtin_mul_overflow(request->amount, set->count, &amount) ||
                 __builtin_add_overflow(gpus, amount, &gpus))) {
                return INT64_MAX;
            }
        }
    }
    return gpus;
}
