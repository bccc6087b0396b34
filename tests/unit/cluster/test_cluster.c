/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/cluster.h"
#include "webhook/cluster/intake.h"

#include "tests/unit/cluster/scene.h"

static const struct object *find_pod(const struct scene *scene)
{
    return cluster_find_object(scene->cluster, &kind_pod, "pod");
}

static struct subject pod_at(uint64_t version, int64_t gpus)
{
    return (struct subject){.name = "pod", .gpus = gpus, .is_waiting = true, .version = version};
}

Test(cluster, ignores_what_is_older_than_what_it_knows)
{
    static const struct {
        uint64_t version;
        uint64_t known;
    } cases[] = {{99, 100}, {100, 100}, {101, 101}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        struct subject first = pod_at(100, 1);
        struct subject second = pod_at(cases[i].version, 2);
        scene_init(&scene, "StrictFIFO", 4, 0);
        scene_put_pod(&scene, &first);
        scene_put_pod(&scene, &second);
        cr_expect_eq(find_pod(&scene)->resource_version, cases[i].known);
        scene_refresh(&scene);
        cr_expect_eq(scene_workload(&scene, "pod")->pods.count, 1);
    }
}

Test(cluster, does_not_bring_back_what_was_seen_deleted)
{
    auto_scene struct scene scene;
    struct subject pod = pod_at(100, 1);

    scene_init(&scene, "StrictFIFO", 4, 0);
    scene_put_pod(&scene, &pod);
    scene_remove(&scene, RESOURCE_POD, "pod");
    pod.version = 101;
    scene_put_pod(&scene, &pod);
    cr_expect_null(find_pod(&scene));
    scene_refresh(&scene);
    cr_expect_null(cluster_find_workload(scene.cluster, "pod"));
}

Test(cluster, takes_back_what_concerns_us_again)
{
    auto_scene struct scene scene;
    struct subject pod = pod_at(100, 1);

    scene_init(&scene, "StrictFIFO", 4, 0);
    scene_put_pod(&scene, &pod);
    intake_dismiss(scene.cluster, RESOURCE_POD, "pod", scene.now_ms);
    scene_refresh(&scene);
    cr_expect_null(cluster_find_workload(scene.cluster, "pod"));
    pod.version = 102;
    scene_put_pod(&scene, &pod);
    scene_refresh(&scene);
    cr_expect_eq(scene_workload(&scene, "pod")->state, WORKLOAD_QUEUED);
}

Test(cluster, removes_what_a_list_does_not_tell_any_more)
{
    auto_scene struct scene scene;
    struct subject kept = {.name = "kept", .gpus = 1, .holds_as = "kept", .version = 50};
    struct subject gone = {.name = "gone", .gpus = 1, .holds_as = "gone", .version = 51};

    scene_init(&scene, "StrictFIFO", 4, 0);
    scene_put_pod(&scene, &kept);
    scene_put_pod(&scene, &gone);
    scene_refresh(&scene);
    cr_expect_eq(scene_used(&scene, "a100"), 2);
    intake_begin_list(scene.cluster, RESOURCE_POD);
    scene_put_pod(&scene, &kept); /* the same version as before */
    intake_end_list(scene.cluster, RESOURCE_POD, 1, scene.now_ms);
    scene_refresh(&scene);
    cr_expect_not_null(cluster_find_object(scene.cluster, &kind_pod, "kept"));
    cr_expect_null(cluster_find_object(scene.cluster, &kind_pod, "gone"));
    cr_expect_eq(scene_used(&scene, "a100"), 1);
}

Test(cluster, keeps_what_a_watch_told_while_a_list_was_read)
{
    auto_scene struct scene scene;
    struct subject pod = pod_at(100, 1);

    scene_init(&scene, "StrictFIFO", 4, 0);
    intake_begin_list(scene.cluster, RESOURCE_POD);
    scene_put_pod(&scene, &pod);
    intake_end_list(scene.cluster, RESOURCE_POD, 1, scene.now_ms);
    cr_expect_not_null(find_pod(&scene));
}

Test(cluster, is_complete_once_every_resource_was_listed)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 4, 0);
    for (int resource = 0; resource < RESOURCE_WATCHED_COUNT; resource++) {
        cr_expect_not(cache_is_complete(&scene.cluster->cache, 2));
        intake_begin_list(scene.cluster, (enum resource)resource);
        intake_end_list(scene.cluster, (enum resource)resource, 2, scene.now_ms);
    }
    cr_expect(cache_is_complete(&scene.cluster->cache, 2));
    cr_expect_not(cache_is_complete(&scene.cluster->cache, 3));
}

Test(cluster, ends_a_grant_with_a_newer_version_of_its_object)
{
    static const struct {
        uint64_t version;
        bool is_open;
    } cases[] = {{99, true}, {100, true}, {101, false}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        struct subject pod = pod_at(100, 1);
        scene_init(&scene, "StrictFIFO", 4, 0);
        scene_put_pod(&scene, &pod);
        grant_table_add(&scene.cluster->grants, GRANT_START, find_pod(&scene),
                        make_admission("pod", "a100", 1, 1));
        cluster_mark(scene.cluster, scene_workload(&scene, "pod"));
        scene_refresh(&scene);
        cr_expect_eq(scene_used(&scene, "a100"), 1);
        pod.version = cases[i].version;
        scene_put_pod(&scene, &pod);
        scene_refresh(&scene);
        cr_expect_eq(grant_table_find(&scene.cluster->grants, "pod") != NULL, cases[i].is_open);
        cr_expect_eq(scene_used(&scene, "a100"), cases[i].is_open ? 1 : 0);
    }
}

Test(cluster, ends_a_grant_with_its_object)
{
    auto_scene struct scene scene;
    struct subject pod = pod_at(100, 1);

    scene_init(&scene, "StrictFIFO", 4, 0);
    scene_put_pod(&scene, &pod);
    grant_table_add(&scene.cluster->grants, GRANT_START, find_pod(&scene),
                    make_admission("pod", "a100", 1, 1));
    scene_remove(&scene, RESOURCE_POD, "pod");
    scene_refresh(&scene);
    cr_expect_null(grant_table_find(&scene.cluster->grants, "pod"));
    cr_expect_eq(scene_used(&scene, "a100"), 0);
}

Test(cluster, holds_without_a_gap_when_a_start_is_answered)
{
    auto_scene struct scene scene;
    struct subject pod = pod_at(100, 1);

    scene_init(&scene, "StrictFIFO", 4, 0);
    scene_put_pod(&scene, &pod);
    struct grant *grant = grant_table_add(&scene.cluster->grants, GRANT_START, find_pod(&scene),
                                          make_admission("pod", "a100", 1, 1));
    cluster_note_started(scene.cluster, grant, 101);
    scene_refresh(&scene);
    cr_expect_null(grant_table_find(&scene.cluster->grants, "pod"));
    cr_expect_not(find_pod(&scene)->is_suspended);
    cr_expect_eq(scene_used(&scene, "a100"), 1);
    cr_expect_eq(scene_workload(&scene, "pod")->state, WORKLOAD_ADMITTED);
    scene_put_pod(&scene, &pod); /* an event from before the start */
    scene_refresh(&scene);
    cr_expect_eq(scene_used(&scene, "a100"), 1);
}

Test(cluster, says_where_a_workload_stands)
{
    static const struct {
        struct subject pod;
        enum workload_state state;
    } cases[] = {
        {{.gpus = 1, .is_waiting = true}, WORKLOAD_QUEUED},
        {{.gpus = 1, .is_waiting = true, .queue = "gone"}, WORKLOAD_INADMISSIBLE},
        {{.gpus = 1, .is_waiting = true, .is_deleting = true}, WORKLOAD_NOTHING},
        {{.gpus = 1, .holds_as = "pod"}, WORKLOAD_ADMITTED},
        {{.gpus = 1, .holds_as = "pod", .is_deleting = true}, WORKLOAD_ADMITTED},
        {{.gpus = 1, .holds_as = "pod", .phase = "Succeeded"}, WORKLOAD_FINISHED},
        {{.gpus = 1}, WORKLOAD_NOTHING},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        struct subject pod = cases[i].pod;
        pod.name = "pod";
        scene_init(&scene, "StrictFIFO", 4, 0);
        scene_put_pod(&scene, &pod);
        scene_refresh(&scene);
        cr_expect_eq(scene_workload(&scene, "pod")->state, cases[i].state, "case %zu", i);
    }
}

Test(cluster, names_the_queue_that_is_missing)
{
    auto_scene struct scene scene;
    struct subject pod = pod_at(100, 1);

    pod.queue = "gone";
    scene_init(&scene, "StrictFIFO", 4, 0);
    scene_put_pod(&scene, &pod);
    scene_refresh(&scene);
    cr_expect_str_eq(scene_workload(&scene, "pod")->verdict.message,
                     "LocalQueue gone doesn't exist");
    scene_put_text(
        &scene, RESOURCE_LOCAL_QUEUE,
        "{metadata: {name: gone, namespace: team, uid: gone}, spec: {clusterQueue: main}}");
    scene_refresh(&scene);
    cr_expect_eq(scene_workload(&scene, "pod")->state, WORKLOAD_QUEUED);
}

Test(cluster, drops_a_place_that_the_statefulset_does_not_want_any_more)
{
    static const struct {
        const char *what;
        int64_t replicas; /* -1: it is deleted */
        int64_t used;
    } cases[] = {{"the same", 1, 1}, {"scaled to nothing", 0, 0}, {"deleted", -1, 0}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        scene_init(&scene, "StrictFIFO", 4, 0);
        scene_put_statefulset(&scene, "set", NULL, 1);
        scene_put_pod(&scene, &(struct subject){
                                  .name = "set-0", .gpus = 1, .holds_as = "set-0", .owner = "set"});
        scene_refresh(&scene);
        scene_remove(&scene, RESOURCE_POD, "set-0");
        scene_refresh(&scene);
        cr_expect_eq(scene_used(&scene, "a100"), 1);
        if (cases[i].replicas < 0) {
            scene_remove(&scene, RESOURCE_STATEFULSET, "set");
        } else {
            scene_put_statefulset(&scene, "set", NULL, cases[i].replicas);
        }
        cr_expect_eq(scene_used(&scene, "a100"), cases[i].used, "%s", cases[i].what);
    }
}

Test(cluster, gives_an_unclaimed_place_back_after_a_while)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 4, 0);
    scene_put_statefulset(&scene, "set", NULL, 1);
    scene_put_pod(
        &scene, &(struct subject){.name = "set-0", .gpus = 1, .holds_as = "set-0", .owner = "set"});
    scene_refresh(&scene);
    scene_remove(&scene, RESOURCE_POD, "set-0");
    scene_refresh(&scene);
    int64_t end_ms =
        scene.now_ms + (int64_t)scene.configuration->successor_reservation_seconds * 1000;
    cluster_tick(scene.cluster, end_ms - 1);
    cr_expect_eq(scene_used(&scene, "a100"), 1);
    cluster_tick(scene.cluster, end_ms);
    cr_expect_eq(scene_used(&scene, "a100"), 0);
}

Test(cluster, lets_who_did_not_get_ready_queue_from_its_eviction_on)
{
    static const struct {
        const char *reason;
        bool is_at_the_tail;
    } cases[] = {{"PodsReadyTimeout", true}, {"AdmissionCheck", true}, {"Preempted", false}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        scene_init(&scene, "StrictFIFO", 4, 0);
        scene_put_pod(&scene, &(struct subject){.name = "evicted",
                                                .gpus = 1,
                                                .arrival_us = INT64_C(1000000),
                                                .is_waiting = true});
        scene_put_pod(&scene, &(struct subject){.name = "next",
                                                .gpus = 1,
                                                .arrival_us = INT64_C(2000000),
                                                .is_waiting = true});
        auto_free char *record = text_format(
            "{metadata: {name: r, namespace: team, uid: r, resourceVersion: \"5000\", "
            "ownerReferences: [{apiVersion: v1, kind: Pod, name: evicted, uid: evicted, "
            "controller: true}]}, spec: {active: true}, status: {conditions: [{type: Evicted, "
            "status: \"True\", reason: %s, lastTransitionTime: \"1970-01-01T00:00:03Z\"}]}}",
            cases[i].reason);
        scene_put_text(&scene, RESOURCE_WORKLOAD, record);
        scene_refresh(&scene);
        const struct waiting_line *line = cluster_find_line(scene.cluster, "main");
        cr_assert_eq(line->workloads.count, 2);
        cr_expect_str_eq(line->workloads.items[0]->uid,
                         cases[i].is_at_the_tail ? "next" : "evicted", "%s", cases[i].reason);
    }
}
