/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/array.h"
#include "policy/rules/requests.h"
#include "tests/unit/policy/yaml_text.h"

#define GPU "nvidia.com/gpu"

static void expect(const char *yaml, const char *resource, int64_t amount)
{
    auto_resources struct resources requests = {0};
    struct error error = {0};
    json_auto_t *spec = yaml_text(yaml);

    cr_assert(requests_evaluate(spec, "spec", &requests, &error), "%s", error.message);
    cr_assert_eq(resources_get(&requests, resource), amount, "%lld of %s in %s",
                 (long long)resources_get(&requests, resource), resource, yaml);
}

Test(requests, sums_containers)
{
    expect("{}", GPU, 0);
    expect("{containers: []}", GPU, 0);
    expect("{containers: [{resources: {requests: {nvidia.com/gpu: 1}}}, {}, {resources: {requests: "
           "{nvidia.com/gpu: '2'}}}]}",
           GPU, 3);
    expect(
        "{containers: [{resources: {requests: {cpu: 100m}}}, {resources: {requests: {cpu: 1}}}]}",
        "cpu", 1100);
}

Test(requests, takes_a_limit_without_a_request_for_the_request)
{
    expect("{containers: [{resources: {limits: {nvidia.com/gpu: 2}}}]}", GPU, 2);
    expect("{containers: [{resources: {requests: {cpu: 1}, limits: {cpu: 4, nvidia.com/gpu: 1}}}]}",
           "cpu", 1000);
}

Test(requests, needs_the_larger_of_running_and_starting)
{
    static const char sidecars[] =
        "{initContainers: ["
        "{resources: {requests: {nvidia.com/gpu: 1}}},"
        "{restartPolicy: Always, resources: {requests: {nvidia.com/gpu: 1}}},"
        "{resources: {requests: {nvidia.com/gpu: 4}}},"
        "{restartPolicy: Always, resources: {requests: {nvidia.com/gpu: 1}}}],"
        "containers: [{resources: {requests: {nvidia.com/gpu: %d}}}]}";
    static const struct {
        int main_amount;
        int64_t amount;
    } cases[] = {{1, 5}, {3, 5}, {4, 6}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char text[sizeof sidecars + 8];
        snprintf(text, sizeof text, sidecars, cases[i].main_amount);
        expect(text, GPU, cases[i].amount);
    }
}

Test(requests, adds_the_overhead)
{
    expect("{overhead: {cpu: 250m}, containers: [{resources: {requests: {cpu: 1}}}]}", "cpu", 1250);
}

Test(requests, lets_pod_level_amounts_replace_the_sum_but_never_hide_a_gpu)
{
    static const char spec[] =
        "{resources: {requests: {cpu: 1, nvidia.com/gpu: 0}, limits: {memory: 1Gi}}, containers: "
        "[{resources: {requests: {cpu: 4, memory: 8Gi, nvidia.com/gpu: 2}}}]}";

    expect(spec, "cpu", 1000);
    expect(spec, "memory", INT64_C(1) << 30);
    expect(spec, GPU, 2);
}

Test(requests, names_the_field_of_an_absurd_quantity)
{
    static const struct {
        const char *yaml;
        const char *message;
    } cases[] = {
        {"{containers: [{}, {resources: {limits: {nvidia.com/gpu: 0.5}}}]}",
         "spec.containers[1].resources.limits[nvidia.com/gpu]: '0.5' is a fraction, and "
         "nvidia.com/gpu comes in whole units"},
        {"{initContainers: [{resources: {requests: {nvidia.com/gpu: -1}}}]}",
         "spec.initContainers[0].resources.requests[nvidia.com/gpu]: '-1' is negative"},
        {"{containers: [{resources: {requests: {nvidia.com/gpu: 1e19}}}]}",
         "spec.containers[0].resources.requests[nvidia.com/gpu]: '10000000000000000000' is too "
         "large"},
        {"{overhead: {cpu: lots}}",
         "spec.overhead[cpu]: 'lots' is no quantity such as 4, 500m or 64Gi"},
        {"{resources: {limits: {cpu: []}}}",
         "spec.resources.limits[cpu]: must be a quantity such as 4, 500m or 64Gi"},
        {"{containers: [{resources: {requests: {nvidia.com/gpu: 9223372036854775807}}}, "
         "{resources: {requests: {nvidia.com/gpu: 1}}}]}",
         "spec: the sum of all containers is too large"},
        {"{initContainers: [{restartPolicy: Always, resources: {requests: {nvidia.com/gpu: 1}}}, "
         "{resources: {requests: {nvidia.com/gpu: 9223372036854775807}}}]}",
         "spec: the sum of all containers is too large"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct resources requests = {0};
        struct error error = {0};
        json_auto_t *spec = yaml_text(cases[i].yaml);
        cr_assert_not(requests_evaluate(spec, "spec", &requests, &error), "%s", cases[i].yaml);
        cr_assert_str_eq(error.message, cases[i].message);
        cr_assert_null(requests.items, "untouched");
    }
}

Test(requests, takes_lists_and_blocks_of_the_wrong_type_for_absent)
{
    expect("{containers: {a: b}, initContainers: 5, overhead: [], resources: x}", GPU, 0);
    expect("{containers: [~, 5, {resources: []}, {resources: {requests: [1]}}]}", GPU, 0);
}
