/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/gpu_cap.h"

#include "policy/rules/saturating.h"

int64_t gpu_cap_count(const struct configuration *configuration,
                      const struct pod_set_list *pod_sets)
{
    int64_t sum = 0;

    array_for_each(set, pod_sets) {
        for (size_t i = 0; i < set->requests.count; i++) {
            const char *resource = set->requests.items[i].name;
            if (configuration_manages(configuration, resource)) {
                sum = saturating_add(sum, pod_set_total(set, set->count, resource));
            }
        }
    }
    return sum;
}

bool gpu_cap_refuses(const struct gpu_cap *cap, int64_t asked, struct verdict *out_verdict)
{
    auto_shortages struct shortages shortages = {0};

    if (cap == NULL || asked == 0 || saturating_add(cap->held, asked) <= cap->limit) {
        return false;
    }
    array_append(&shortages, ((struct shortage){
                                 .kind = SHORTAGE_CAP,
                                 .asked = asked,
                                 .available = saturating_subtract(cap->limit, cap->held),
                                 .maximum = cap->limit,
                                 .detail = memory_copy_text(cap->subject),
                             }));
    verdict_set_shortages(out_verdict, asked > cap->limit ? VERDICT_INADMISSIBLE : VERDICT_WAITS,
                          "GpuCapReached", &shortages);
    return true;
}

void gpu_cap_charge(struct gpu_cap *cap, int64_t amount)
{
    if (cap != NULL) {
        cap->held = saturating_add(cap->held, amount);
    }
}
