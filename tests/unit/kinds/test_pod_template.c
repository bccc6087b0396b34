/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/pod_template.h"

#include <criterion/criterion.h>

#include "tests/unit/policy/yaml_text.h"

static void decode(struct pod_set_list *list, const json_t *spec)
{
    struct error error;

    cr_assert(pod_set_list_append_decoded(list, "main", 2, spec, "spec", &error), "%s",
              error.message);
}

Test(pod_template, asks_for_and_fits_the_same_as_the_pods)
{
    static const char *const specs[] = {
        "{}",
        "{containers: [{name: a, resources: {limits: {nvidia.com/gpu: 2, cpu: 1500m}, requests: "
        "{memory: 10Gi, cpu: 250m, ephemeral-storage: \"12345\"}}}, {name: b, resources: "
        "{requests: {cpu: \"1\"}}}], initContainers: [{name: i, resources: {requests: {cpu: "
        "\"8\"}}}]}",
        "{containers: [{name: a, resources: {requests: {memory: 1500M}}}], overhead: {cpu: 10m}}",
        "{nodeSelector: {gpu: a100, zone: \"\"}, containers: [{name: a}]}",
        "{tolerations: [{operator: Exists}, {key: a, value: b, effect: NoSchedule}, {key: a, "
        "operator: Exists, effect: NoExecute, tolerationSeconds: 30}, {key: c}], containers: []}",
        "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
        "{nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: [b, c]}, {key: d, "
        "operator: NotIn, values: [e]}, {key: f, operator: Exists}, {key: g, operator: "
        "DoesNotExist}]}, {matchExpressions: [{key: h, operator: Gt, values: [\"1\"]}, {key: i, "
        "operator: Lt, values: [\"2\"]}]}]}}}}",
        "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
        "{nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [n]}]}, "
        "{}]}}}}",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(specs); i++) {
        struct pod_set_list pods = {0};
        struct pod_set_list again = {0};
        json_auto_t *spec = yaml_text(specs[i]);
        decode(&pods, spec);
        json_auto_t *template = pod_template_encode(&pods.items[0]);
        decode(&again, json_object_get(template, "spec"));
        cr_expect(resources_equal(&pods.items[0].requests, &again.items[0].requests), "%s",
                  specs[i]);
        cr_expect_eq(pod_set_list_shape(&pods), pod_set_list_shape(&again), "%s", specs[i]);
        pod_set_list_release(&pods);
        pod_set_list_release(&again);
    }
}
