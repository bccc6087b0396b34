/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/simulate/scene.h"

Test(policy_set, reads_every_kind_that_decides)
{
    struct scene scene = {0};

    scene_set_policy(&scene, "StrictFIFO", 4, "");
    scene_add_policy(
        &scene,
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: kueue.x-k8s.io/v1beta1, kind: LocalQueue, metadata: {name: l, namespace: "
        "n}, spec: {clusterQueue: main}}\n"
        "- {apiVersion: kueue.x-k8s.io/v1beta1, kind: WorkloadPriorityClass, metadata: {name: "
        "high}, value: 10}\n"
        "- {apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: low}, value: "
        "-10}\n"
        "- {apiVersion: v1, kind: Namespace, metadata: {name: n, labels: {team: a}}}\n"
        "- {apiVersion: config.gpuaas.dev/v1alpha1, kind: Configuration, backfill: true}\n"
        "- {apiVersion: apps/v1, kind: Deployment, metadata: {name: d}}\n");
    policy_set_finish(&scene.policy, &scene.mistakes);
    scene_expect_no_mistake(&scene);
    cr_expect_eq(scene.policy.flavors.count, 1);
    cr_expect_eq(scene.policy.local_queues.count, 1);
    cr_expect_eq(scene.policy.workload_classes.count, 1);
    cr_expect_eq(scene.policy.pod_classes.count, 1);
    cr_expect(scene.policy.configuration->backfill);
    cr_expect_eq(scene.policy.skipped_count, 1);
    cr_expect_str_eq(
        string_map_find(&policy_set_find_namespace(&scene.policy, "n")->labels, "team"), "a");
    scene_release(&scene);
}

Test(policy_set, tells_mistakes_with_their_place)
{
    static const struct {
        const char *text;
        int line;
        const char *words;
    } cases[] = {
        {"apiVersion: kueue.x-k8s.io/v1beta1\nkind: ResourceFlavor\nmetadata:\n  name: A B\n", 4,
         "is no name"},
        {"apiVersion: v1\nkind: List\nitems:\n- {apiVersion: kueue.x-k8s.io/v1beta1, kind: "
         "ResourceFlavor, metadata: {name: f}, spec: {}}\n"
         "- {apiVersion: kueue.x-k8s.io/v1beta1, kind: ResourceFlavor, metadata: {name: f}, spec: "
         "{}}\n",
         5, "there is a 'f' of this kind already"},
        {"apiVersion: config.gpuaas.dev/v1alpha1\nkind: Configuration\nbackfil: true\n", 3,
         "did you mean 'backfill'?"},
        {"a: [", 2, ""},
        {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", 0, "has no ClusterQueue"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct scene scene = {0};
        scene_add_policy(&scene, cases[i].text);
        policy_set_finish(&scene.policy, &scene.mistakes);
        cr_assert_geq(scene.mistakes.count, 1, "%s", cases[i].text);
        const struct mistake *mistake = &scene.mistakes.items[0];
        cr_expect(mistake->position.line == cases[i].line &&
                      strstr(mistake->message, cases[i].words) != NULL,
                  "%s: %d: %s", cases[i].text, mistake->position.line, mistake->message);
        scene_release(&scene);
    }
}
