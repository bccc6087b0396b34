/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/membership.h"

#include "tests/unit/cluster/scene.h"

static void put_owners(struct scene *scene)
{
    scene_init(scene, "StrictFIFO", 8, 8);
    scene_put_job(scene, &(struct subject){.name = "job", .gpus = 1});
    scene_put_notebook(scene, &(struct subject){.name = "book", .gpus = 1});
    scene_put_statefulset(scene, "set", "book", 1);
    scene_put_statefulset(scene, "plain", NULL, 1);
}

Test(membership, finds_the_workload_of_a_pod)
{
    static const struct {
        const char *what;
        struct subject pod;
        const char *workload;
        bool is_owner_unknown;
    } cases[] = {
        {"a plain pod", {.gpus = 1, .is_waiting = true}, "pod", false},
        {"stamped with a job", {.gpus = 1, .is_waiting = true, .owner = "job"}, "job", false},
        {"behind a statefulset", {.gpus = 1, .is_waiting = true, .owner = "set"}, "book", false},
        {"of a statefulset without notebook",
         {.gpus = 1, .is_waiting = true, .owner = "plain"},
         "pod",
         false},
        {"only claims a job",
         {.gpus = 1, .is_waiting = true, .of_kind = "Job", .of = "job"},
         "pod",
         false},
        {"came without us and claims a job",
         {.gpus = 1, .of_kind = "Job", .of = "job"},
         "job",
         false},
        {"runs, and belongs to its admission whatever it claims",
         {.gpus = 1, .holds_as = "first", .owner = "job", .of_kind = "Job", .of = "job"},
         "first",
         false},
        {"is gated, and forged an admission",
         {.gpus = 1, .is_waiting = true, .holds_as = "job"},
         "pod",
         false},
        {"of a job that was not seen yet",
         {.gpus = 1, .is_waiting = true, .owner = "late", .of_kind = "Job", .of = "late"},
         "pod",
         true},
        {"of a kind that we do not watch",
         {.gpus = 1, .is_waiting = true, .owner = "late", .of_kind = "ReplicaSet", .of = "late"},
         "pod",
         false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        struct subject pod = cases[i].pod;
        bool is_owner_unknown;
        put_owners(&scene);
        pod.name = "pod";
        scene_put_pod(&scene, &pod);
        const struct cache_entry *entry = cache_find(&scene.cluster->cache, RESOURCE_POD, "pod");
        cr_expect_str_eq(membership_find(&scene.cluster->cache, entry, &is_owner_unknown),
                         cases[i].workload, "%s", cases[i].what);
        cr_expect_eq(is_owner_unknown, cases[i].is_owner_unknown, "%s", cases[i].what);
    }
}

Test(membership, moves_a_pod_to_its_owner_once_that_is_seen)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_pod(&scene, &(struct subject){.name = "pod",
                                            .gpus = 1,
                                            .is_waiting = true,
                                            .owner = "job",
                                            .of_kind = "Job",
                                            .of = "job"});
    scene_refresh(&scene);
    cr_expect_eq(scene.cluster->unknown_owners, 1);
    cr_expect_eq(scene_workload(&scene, "pod")->state, WORKLOAD_NOTHING);
    scene_put_job(&scene, &(struct subject){.name = "job", .gpus = 1});
    scene_refresh(&scene);
    cr_expect_eq(scene.cluster->unknown_owners, 0);
    cr_expect_null(cluster_find_workload(scene.cluster, "pod"));
    cr_expect_eq(scene_workload(&scene, "job")->pods.count, 1);
}

Test(membership, makes_a_gated_pod_its_own_workload_when_its_owner_is_gone)
{
    auto_scene struct scene scene;

    put_owners(&scene);
    scene_put_pod(&scene, &(struct subject){.name = "pod",
                                            .gpus = 1,
                                            .is_waiting = true,
                                            .owner = "job",
                                            .of_kind = "Job",
                                            .of = "job"});
    scene_remove(&scene, RESOURCE_JOB, "job");
    scene_refresh(&scene);
    cr_expect_eq(scene_workload(&scene, "pod")->state, WORKLOAD_QUEUED);
    cr_expect_eq(scene.cluster->unknown_owners, 0, "it was seen deleted");
}

Test(membership, counts_the_oldest_statefulset_of_a_notebook_only)
{
    auto_scene struct scene scene;

    put_owners(&scene);
    scene_put_statefulset(&scene, "forged", "book", 1);
    scene_put_pod(
        &scene, &(struct subject){.name = "own", .gpus = 1, .is_waiting = true, .owner = "forged"});
    scene_put_text(&scene, RESOURCE_STATEFULSET,
                   "{metadata: {name: young, uid: young, namespace: team, resourceVersion: \"1\", "
                   "creationTimestamp: \"2026-02-02T00:00:00Z\", ownerReferences: [{controller: "
                   "true, kind: Notebook, name: book, uid: book}]}}");
    scene_put_pod(
        &scene, &(struct subject){.name = "pod", .gpus = 1, .is_waiting = true, .owner = "young"});
    scene_refresh(&scene);
    cr_expect_eq(scene_workload(&scene, "pod")->pods.count, 1);
    cr_expect_eq(scene_workload(&scene, "book")->pods.count, 1, "equal ages go by uid");
}

Test(membership, prefers_the_statefulset_that_is_named_like_its_notebook)
{
    auto_scene struct scene scene;

    put_owners(&scene);
    scene_put_pod(
        &scene, &(struct subject){.name = "older", .gpus = 1, .is_waiting = true, .owner = "set"});
    scene_refresh(&scene);
    cr_expect_eq(scene_workload(&scene, "book")->pods.count, 1);
    scene_put_text(&scene, RESOURCE_STATEFULSET,
                   "{metadata: {name: book, uid: namesake, namespace: team, resourceVersion: "
                   "\"1\", creationTimestamp: \"2026-02-02T00:00:00Z\", ownerReferences: "
                   "[{controller: true, kind: Notebook, name: book, uid: book}]}}");
    scene_put_pod(&scene, &(struct subject){
                              .name = "own", .gpus = 1, .is_waiting = true, .owner = "namesake"});
    scene_refresh(&scene);
    cr_expect_eq(scene_workload(&scene, "older")->pods.count, 1);
    cr_assert_eq(scene_workload(&scene, "book")->pods.count, 1);
    cr_expect_str_eq(scene_workload(&scene, "book")->pods.items[0]->name, "own");
}

Test(membership, knows_where_to_look_for_an_owner)
{
    static const struct {
        const char *kind;
        const char *path;
    } cases[] = {
        {"Job", "/apis/batch/v1/namespaces/team/jobs/late"},
        {"StatefulSet", "/apis/apps/v1/namespaces/team/statefulsets/late"},
        {"Notebook", "/apis/kubeflow.org/v1/namespaces/team/notebooks/late"},
        {"ReplicaSet", NULL},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        enum resource resource;
        scene_init(&scene, "StrictFIFO", 8, 8);
        scene_put_pod(
            &scene,
            &(struct subject){
                .name = "pod", .gpus = 1, .owner = "late", .of_kind = cases[i].kind, .of = "late"});
        auto_free char *path = membership_owner_path(
            &scene.cluster->cache, cluster_find_object(scene.cluster, &kind_pod, "pod"), &resource);
        cr_expect(text_equal(path, cases[i].path), "%s", path);
    }
}
