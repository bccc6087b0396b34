/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/rules/pod_set.h"
#include "tests/unit/policy/yaml_text.h"

static uint64_t shape_of(int64_t count, const char *yaml)
{
    struct pod_set_list list = {0};
    json_auto_t *spec = yaml_text(yaml);

    cr_assert(pod_set_list_append_decoded(&list, "main", count, spec, "spec", NULL));
    uint64_t shape = pod_set_list_shape(&list);
    pod_set_list_release(&list);
    return shape;
}

Test(pod_set, reads_requests_and_placement)
{
    struct pod_set_list list = {0};
    json_auto_t *spec = yaml_text("{nodeSelector: {a: x}, containers: [{resources: {limits: "
                                  "{nvidia.com/gpu: 2}}}]}");

    cr_assert(pod_set_list_append_decoded(&list, "worker", 3, spec, "spec", NULL));
    cr_assert_eq(list.count, 1);
    cr_assert_str_eq(list.items[0].name, "worker");
    cr_assert_eq(list.items[0].count, 3);
    cr_assert_eq(resources_get(&list.items[0].requests, "nvidia.com/gpu"), 2);
    cr_assert_str_eq(string_map_find(&list.items[0].spec.node_selector, "a"), "x");
    pod_set_list_release(&list);
}

Test(pod_set, adds_nothing_after_an_error)
{
    struct pod_set_list list = {0};
    struct error error = {0};
    json_auto_t *spec = yaml_text("{containers: [{resources: {limits: {nvidia.com/gpu: -2}}}]}");

    cr_assert_not(
        pod_set_list_append_decoded(&list, "main", 1, spec, "spec.template.spec", &error));
    cr_assert_str_eq(error.message, "spec.template.spec.containers[0].resources.limits"
                                    "[nvidia.com/gpu]: '-2' is negative");
    cr_assert_eq(list.count, 0);
}

#define ONE_GPU "containers: [{resources: {limits: {nvidia.com/gpu: 1}}}]"
#define AFFINITY(terms)                                                                            \
    "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "                   \
    "{nodeSelectorTerms: [" terms "]}}}"

Test(pod_set, has_a_shape_of_all_that_decides_where_it_fits)
{
    static const struct {
        int64_t count;
        const char *yaml;
    } cases[] = {
        {1, "{" ONE_GPU "}"},
        {2, "{" ONE_GPU "}"},
        {1, "{containers: [{resources: {limits: {nvidia.com/gpu: 2}}}]}"},
        {1, "{containers: [{resources: {limits: {amd.com/gpu: 1}}}]}"},
        {1, "{" ONE_GPU ", nodeSelector: {a: b}}"},
        {1, "{" ONE_GPU ", nodeSelector: {a: b, c: d}}"},
        {1, "{" ONE_GPU ", tolerations: [{key: a, value: b}]}"},
        {1, "{" ONE_GPU ", tolerations: [{key: a, value: b, effect: NoSchedule}]}"},
        {1, "{" ONE_GPU ", tolerations: [{key: a, operator: Exists}]}"},
        {1, "{" ONE_GPU ", " AFFINITY("{}") "}"},
        {1, "{" ONE_GPU ", " AFFINITY("{matchExpressions: [{key: a, operator: Exists}]}") "}"},
        {1, "{" ONE_GPU
            ", " AFFINITY("{matchExpressions: [{key: a, operator: In, values: [b, c]}]}") "}"},
        {1, "{" ONE_GPU ", " AFFINITY("{matchExpressions: [{key: a, operator: In, values: [b]}, "
                                      "{key: c, operator: In}]}") "}"},
        {1, "{" ONE_GPU ", " AFFINITY("{matchExpressions: [{key: a, operator: In, values: [b]}]}, "
                                      "{matchExpressions: [{key: c, operator: In}]}") "}"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        uint64_t shape = shape_of(cases[i].count, cases[i].yaml);
        cr_assert_eq(shape, shape_of(cases[i].count, cases[i].yaml));
        for (size_t j = 0; j < i; j++) {
            cr_assert_neq(shape, shape_of(cases[j].count, cases[j].yaml), "%zu and %zu", i, j);
        }
    }
}

Test(pod_set, has_the_same_shape_whatever_its_image_is)
{
    cr_assert_eq(shape_of(1, "{" ONE_GPU "}"),
                 shape_of(1, "{hostNetwork: true, containers: [{image: x, resources: {limits: "
                             "{nvidia.com/gpu: '1'}}}]}"));
}

Test(pod_set, has_another_shape_where_fewer_pods_may_start)
{
    struct pod_set_list list = {0};
    json_auto_t *spec = yaml_text("{" ONE_GPU "}");

    cr_assert(pod_set_list_append_decoded(&list, "main", 4, spec, "spec", NULL));
    uint64_t shape = pod_set_list_shape(&list);
    list.items[0].min_count = 2;
    cr_assert_neq(pod_set_list_shape(&list), shape);
    pod_set_list_release(&list);
}

Test(pod_set, asks_for_all_its_pods_at_most_the_largest_amount)
{
    struct pod_set_list list = {0};
    json_auto_t *spec = yaml_text("{containers: [{resources: {limits: {nvidia.com/gpu: 2}}}]}");

    cr_assert(pod_set_list_append_decoded(&list, "main", 4, spec, "spec", NULL));
    cr_assert_eq(pod_set_total(&list.items[0], 3, "nvidia.com/gpu"), 6);
    cr_assert_eq(pod_set_total(&list.items[0], 3, "cpu"), 0);
    cr_assert_eq(pod_set_total(&list.items[0], INT64_MAX, "nvidia.com/gpu"), INT64_MAX);
    pod_set_list_release(&list);
}
