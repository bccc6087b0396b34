/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/workload.h"

#include "tests/unit/cluster/scene.h"

Test(workload, counts_pods_that_run_or_are_about_to)
{
    static const struct {
        struct subject pod;
        bool is_granted;
        bool counts;
    } cases[] = {
        {{.name = "gated", .gpus = 1, .is_waiting = true}, false, false},
        {{.name = "granted", .gpus = 1, .is_waiting = true}, true, true},
        {{.name = "runs", .gpus = 1}, false, true},
        {{.name = "terminates", .gpus = 1, .is_deleting = true}, false, true},
        {{.name = "done", .gpus = 1, .phase = "Succeeded"}, false, false},
        {{.name = "failed", .gpus = 1, .phase = "Failed"}, false, false},
    };
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 4, 0);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        scene_put_pod(&scene, &cases[i].pod);
        const struct object *pod = cluster_find_object(scene.cluster, &kind_pod, cases[i].pod.name);
        if (cases[i].is_granted) {
            grant_table_add(&scene.cluster->grants, GRANT_START, pod,
                            make_admission(pod->uid, "a100", 1, 1));
        }
        cr_expect_eq(workload_pod_counts(pod, &scene.cluster->grants), cases[i].counts, "%s",
                     pod->name);
    }
}

Test(workload, does_not_count_a_pod_that_is_only_released)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 4, 0);
    scene_put_pod(&scene, &(struct subject){.name = "pod", .gpus = 1, .is_waiting = true});
    const struct object *pod = cluster_find_object(scene.cluster, &kind_pod, "pod");
    grant_table_add(&scene.cluster->grants, GRANT_RELEASE, pod, NULL);
    cr_expect_not(workload_pod_counts(pod, &scene.cluster->grants));
}

Test(workload, compares_a_pod_with_what_was_admitted)
{
    static const struct {
        int64_t asked;
        int64_t admitted;
        bool is_within;
    } cases[] = {{1, 1, true}, {1, 2, true}, {2, 1, false}, {0, 1, true}};
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 4, 0);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_admission struct admission *admission =
            make_admission("owner", "a100", 1, cases[i].admitted);
        scene_put_pod(&scene,
                      &(struct subject){.name = "pod", .gpus = cases[i].asked, .is_waiting = true});
        const struct object *pod = cluster_find_object(scene.cluster, &kind_pod, "pod");
        cr_expect_eq(workload_pod_is_within(scene.configuration, pod, admission),
                     cases[i].is_within, "%d of %d", (int)cases[i].asked, (int)cases[i].admitted);
    }
}

Test(workload, refuses_a_managed_resource_that_was_not_admitted)
{
    auto_scene struct scene scene;
    auto_admission struct admission *admission = make_admission("owner", "a100", 1, 1);

    scene_init(&scene, "StrictFIFO", 4, 0);
    scene_put_text(&scene, RESOURCE_POD,
                   "{metadata: {name: pod, uid: pod, namespace: team, resourceVersion: \"1\"},"
                   " spec: {containers: [{name: a, resources: {limits: {amd.com/gpu: 1}}}]}}");
    const struct object *pod = cluster_find_object(scene.cluster, &kind_pod, "pod");
    cr_expect_not(workload_pod_is_within(scene.configuration, pod, admission));
}

Test(workload, of_a_notebook_waits_by_its_oldest_gated_pod)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 4, 0);
    scene_put_notebook(&scene, &(struct subject){.name = "book", .gpus = 1});
    scene_put_statefulset(&scene, "book-set", "book", 1);
    scene_put_pod(
        &scene,
        &(struct subject){
            .name = "young", .gpus = 1, .is_waiting = true, .owner = "book-set", .arrival_us = 20});
    scene_put_pod(
        &scene,
        &(struct subject){
            .name = "old", .gpus = 1, .is_waiting = true, .owner = "book-set", .arrival_us = 10});
    const struct object *waiting =
        workload_find_waiting(scene_workload(&scene, "book"), &scene.cluster->grants);
    cr_assert_not_null(waiting);
    cr_expect_str_eq(waiting->name, "old");
}

Test(workload, of_a_notebook_keeps_the_arrival_of_its_record)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 4, 0);
    scene_put_notebook(&scene, &(struct subject){.name = "book", .gpus = 1});
    scene_put_statefulset(&scene, "book-set", "book", 1);
    scene_put_pod(
        &scene,
        &(struct subject){
            .name = "pod", .gpus = 1, .is_waiting = true, .owner = "book-set", .arrival_us = 20});
    struct workload *workload = scene_workload(&scene, "book");
    const struct object *pod = cluster_find_object(scene.cluster, &kind_pod, "pod");
    cr_expect_eq(workload_arrival_us(workload, pod), 20);
    scene_put_record(&scene, "book", 5, 0);
    cr_expect_eq(workload_arrival_us(workload, pod), 5);
}
