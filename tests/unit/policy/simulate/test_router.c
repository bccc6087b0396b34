/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/simulate/router.h"
#include "tests/unit/policy/simulate/scene.h"

static const char queues[] =
    "apiVersion: v1\nkind: List\nitems:\n"
    "- {apiVersion: kueue.x-k8s.io/v1beta1, kind: ClusterQueue, metadata: {name: east}, spec: "
    "{resourceGroups: []}}\n"
    "- {apiVersion: kueue.x-k8s.io/v1beta1, kind: ClusterQueue, metadata: {name: west}, spec: "
    "{resourceGroups: []}}\n"
    "- {apiVersion: kueue.x-k8s.io/v1beta1, kind: LocalQueue, metadata: {name: gpus, namespace: "
    "a}, spec: {clusterQueue: east}}\n"
    "- {apiVersion: kueue.x-k8s.io/v1beta1, kind: LocalQueue, metadata: {name: gpus, namespace: "
    "b}, spec: {clusterQueue: west}}\n"
    "- {apiVersion: kueue.x-k8s.io/v1beta1, kind: LocalQueue, metadata: {name: more, namespace: "
    "b, annotations: {kueue.x-k8s.io/default-queue: \"true\"}}, spec: {clusterQueue: east}}\n"
    "- {apiVersion: kueue.x-k8s.io/v1beta1, kind: WorkloadPriorityClass, metadata: {name: high}, "
    "value: 10}\n"
    "- {apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: usual}, value: 5, "
    "globalDefault: true}\n";

/* Routes one workload with these fields; the name of its ClusterQueue, or the mistake. Owned. */
static char *route(struct scene *scene, const char *fields, int64_t *out_priority)
{
    auto_free char *item =
        text_format("workloads: [{name: x, arrival: 0, duration: 1, %s}]\n", fields);
    struct simulated_workload workload = {0};

    scene_add_policy(scene, queues);
    scene_add_workloads(scene, item);
    scene_expect_no_mistake(scene);
    workload.entry = &scene->trace.entries.items[0];
    if (!router_assign(&scene->policy, &workload, &scene->mistakes)) {
        return memory_copy_text(scene->mistakes.items[0].message);
    }
    *out_priority = workload.order.priority;
    return memory_copy_text(workload.cluster_queue->name);
}

Test(router, finds_the_queue)
{
    static const struct {
        const char *fields;
        const char *words;
    } cases[] = {
        {"queue: gpus, namespace: a", "east"},
        {"queue: gpus, namespace: b", "west"},
        {"queue: more", "east"},
        {"queue: west", "west"},
        {"namespace: a", "east"}, /* the only one of its namespace */
        {"namespace: b", "east"}, /* the one that is annotated */
        {"queue: gpus", "which 2 namespaces have"},
        {"queue: gpu, namespace: a", "did you mean 'gpus'?"},
        {"queue: more, namespace: a", "which the policy does not have"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct scene scene = {0};
        int64_t priority;
        auto_free char *answer = route(&scene, cases[i].fields, &priority);
        cr_expect_not_null(strstr(answer, cases[i].words), "%s: %s", cases[i].fields, answer);
        scene_release(&scene);
    }
}

Test(router, finds_the_priority)
{
    static const struct {
        const char *fields;
        int64_t priority;
    } cases[] = {
        {"queue: west", 5}, /* of the class that is the default */
        {"queue: west, priority: 3", 3},
        {"queue: west, priority: 3, priorityClass: high", 10},
        {"queue: west, priorityClass: usual", 5},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct scene scene = {0};
        int64_t priority = -1;
        auto_free char *answer = route(&scene, cases[i].fields, &priority);
        cr_expect_eq(priority, cases[i].priority, "%s: %s", cases[i].fields, answer);
        scene_release(&scene);
    }
}

Test(router, tells_a_class_that_is_not_there)
{
    struct scene scene = {0};
    int64_t priority;
    auto_free char *answer = route(&scene, "queue: west, priorityClass: hihg", &priority);

    cr_expect_not_null(strstr(answer, "has the priority class 'hihg'"), "%s", answer);
    scene_release(&scene);
}

Test(router, gives_all_to_the_only_queue)
{
    struct scene scene = {0};
    struct simulated_workload workload = {0};

    scene_set_policy(&scene, "StrictFIFO", 1, "");
    scene_add_workloads(&scene, "workloads: [{name: x, queue: any, arrival: 0, duration: 1}]\n");
    workload.entry = &scene.trace.entries.items[0];
    cr_assert(router_assign(&scene.policy, &workload, &scene.mistakes));
    cr_expect_str_eq(workload.cluster_queue->name, "main");
    scene_release(&scene);
}
