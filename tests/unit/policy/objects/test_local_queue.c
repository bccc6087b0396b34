/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/local_queue.h"
#include "tests/unit/policy/objects/mistakes.h"
#include "tests/unit/policy/yaml_text.h"

Test(local_queue, decodes_every_field)
{
    json_auto_t *value = yaml_text(
        "apiVersion: kueue.x-k8s.io/v1beta2\n"
        "kind: LocalQueue\n"
        "metadata:\n"
        "  name: private-ai-queue\n"
        "  namespace: private-ai\n"
        "  annotations: {kueue.x-k8s.io/default-queue: \"true\", gpuaas.dev/max-gpus: \"8\"}\n"
        "spec: {clusterQueue: rhoai-main-queue, stopPolicy: HoldAndDrain, fairSharing: {weight: "
        "2}}\n");
    auto_findings struct findings findings = {0};
    struct local_queue *queue = NULL;

    cr_assert(local_queue_decode(value, &findings, &queue));
    cr_assert_eq(findings.count, 0);
    cr_assert_str_eq(queue->name, "private-ai-queue");
    cr_assert_str_eq(queue->namespace_name, "private-ai");
    cr_assert_str_eq(queue->cluster_queue, "rhoai-main-queue");
    cr_assert_eq(queue->stop_policy, STOP_HOLD_AND_DRAIN);
    cr_assert(queue->is_default);
    cr_assert_eq(queue->max_gpus, 8);
    local_queue_destroy(queue);
}

Test(local_queue, is_no_default_unless_it_says_true)
{
    static const char *const annotations[] = {"{}", "{kueue.x-k8s.io/default-queue: 'false'}",
                                              "{kueue.x-k8s.io/default-queue: 'True'}"};

    for (size_t i = 0; i < ARRAY_LENGTH(annotations); i++) {
        auto_free char *text = text_format(
            "{metadata: {name: a, annotations: %s}, spec: {clusterQueue: c}}", annotations[i]);
        json_auto_t *value = yaml_text(text);
        struct local_queue *queue = NULL;
        cr_assert(local_queue_decode(value, NULL, &queue));
        cr_assert_not(queue->is_default);
        cr_assert_eq(queue->stop_policy, STOP_NONE);
        cr_assert_str_eq(queue->namespace_name, "");
        cr_assert_eq(queue->max_gpus, 0);
        local_queue_destroy(queue);
    }
}

Test(local_queue, tells_of_mistakes)
{
    static const struct {
        const char *yaml;
        const char *path;
        const char *words;
    } cases[] = {
        {"{metadata: {name: a}}", "spec.clusterQueue", "is missing: name the ClusterQueue"},
        {"{metadata: {name: a}, spec: {clusterQueue: ''}}", "spec.clusterQueue", "is empty"},
        {"{metadata: {name: a}, spec: {clusterQueue: 5}}", "spec.clusterQueue", "in quotes"},
        {"{metadata: {name: a}, spec: {clusterQueue: A}}", "spec.clusterQueue", "is no name"},
        {"{metadata: {name: a}, spec: {clusterQueue: c, stopPolicy: Stop}}", "spec.stopPolicy",
         "must be None, Hold or HoldAndDrain, not 'Stop'"},
        {"{metadata: {name: a, annotations: {kueue.x-k8s.io/default-queue: true}}, spec: "
         "{clusterQueue: c}}",
         "metadata.annotations[kueue.x-k8s.io/default-queue]", "in quotes"},
        {"{metadata: {name: a}, spec: {clusterQueue: c, fairSharing: {weight: x}}}",
         "spec.fairSharing.weight", "is no quantity"},
        {"{metadata: {name: a, annotations: {gpuaas.dev/max-gpus: many}}, spec: {clusterQueue: c}}",
         "metadata.annotations[gpuaas.dev/max-gpus]", "must be a number of GPUs"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct local_queue *queue = NULL;
        json_auto_t *value = yaml_text(cases[i].yaml);
        cr_assert_not(local_queue_decode(value, &findings, &queue), "%s", cases[i].yaml);
        cr_assert(has_finding(&findings, cases[i].path, cases[i].words), "%s",
                  print_findings(&findings));
    }
}
