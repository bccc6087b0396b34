/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/rules/gpu_cap.h"
#include "tests/unit/policy/rules/world.h"

Test(gpu_cap, counts_managed_resources_of_all_pods)
{
    struct configuration *configuration = NULL;
    struct pod_set_list pod_sets = {0};

    cr_assert(configuration_decode(NULL, NULL, &configuration));
    add_pod_set(&pod_sets, "a", 2,
                "{containers: [{resources: {requests: {cpu: 8, nvidia.com/gpu: 2}}}]}");
    add_pod_set(&pod_sets, "b", 1,
                "{containers: [{resources: {requests: {amd.com/gpu: 1, nvidia.com/gpu: 1}}}]}");
    cr_assert_eq(gpu_cap_count(configuration, &pod_sets), 6);
    add_pod_set(&pod_sets, "c", INT64_MAX,
                "{containers: [{resources: {requests: {nvidia.com/gpu: 9}}}]}");
    cr_assert_eq(gpu_cap_count(configuration, &pod_sets), INT64_MAX);
    pod_set_list_release(&pod_sets);
    configuration_destroy(configuration);
}

Test(gpu_cap, refuses_what_is_above_it)
{
    static const struct {
        int64_t limit;
        int64_t held;
        int64_t asked;
        enum verdict_kind kind; /* FITS: it does not refuse */
    } cases[] = {
        {4, 0, 4, VERDICT_FITS},         {4, 3, 1, VERDICT_FITS},
        {4, 4, 1, VERDICT_WAITS},        {4, 1, 4, VERDICT_WAITS},
        {4, 0, 5, VERDICT_INADMISSIBLE}, {4, 9, 0, VERDICT_FITS},
        {0, 0, 1, VERDICT_INADMISSIBLE}, {4, 1, INT64_MAX, VERDICT_INADMISSIBLE},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_verdict struct verdict verdict = {0};
        const struct gpu_cap cap = {"user alice", cases[i].limit, cases[i].held};
        bool is_refused = gpu_cap_refuses(&cap, cases[i].asked, &verdict);
        cr_assert_eq(is_refused, cases[i].kind != VERDICT_FITS, "%zu", i);
        cr_assert_eq(verdict.kind, cases[i].kind, "%zu", i);
        if (is_refused) {
            cr_assert_str_eq(verdict.reason, "GpuCapReached");
        }
    }
}

Test(gpu_cap, refuses_nothing_where_there_is_none)
{
    auto_verdict struct verdict verdict = {0};

    cr_assert_not(gpu_cap_refuses(NULL, 99, &verdict));
    gpu_cap_charge(NULL, 99);
}

Test(gpu_cap, is_charged_with_what_starts)
{
    struct gpu_cap cap = {"user alice", 4, 1};

    gpu_cap_charge(&cap, 2);
    cr_assert_eq(cap.held, 3);
    gpu_cap_charge(&cap, INT64_MAX);
    cr_assert_eq(cap.held, INT64_MAX);
}
