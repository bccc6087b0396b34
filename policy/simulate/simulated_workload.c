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
