/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/plan.h"

#include "tests/unit/companion/plan_text.h"

/* A Notebook with its StatefulSet, as its controller makes it. */
static void put_notebook(struct scene *scene, int64_t gpus, bool is_stopped)
{
    scene_put_notebook(scene,
                       &(struct subject){.name = "book", .gpus = gpus, .is_waiting = is_stopped});
    scene_put_statefulset(scene, "book-set", "book", is_stopped ? 0 : 1);
}

static struct subject notebook_pod(const char *name, int64_t gpus, int64_t arrival_us)
{
    struct subject pod = gated(name, gpus, arrival_us);

    pod.owner = "book-set";
    pod.of_kind = "StatefulSet";
    pod.of = "book-set";
    return pod;
}

static struct subject job_pod(const char *name, int64_t gpus)
{
    struct subject pod = gated(name, gpus, 50);

    pod.owner = "job";
    pod.of_kind = "Job";
    pod.of = "job";
    return pod;
}

Test(plan_children, starts_a_job_whole_and_then_its_pods)
{
    auto_scene struct scene scene;
    struct subject job = {
        .name = "job", .gpus = 1, .is_waiting = true, .parallelism = 2, .arrival_us = 1};

    scene_init(&scene, "StrictFIFO", 2, 0);
    scene_put_job(&scene, &job);
    expect_performed(&scene, "start job on a100");
    cr_expect_eq(scene_used(&scene, "a100"), 2);
    for (int i = 0; i < 3; i++) {
        auto_free char *name = text_format("job-%d", i);
        struct subject pod = job_pod(name, 1);
        scene_put_pod(&scene, &pod);
    }
    expect_performed(&scene, "start job-0 on a100, start job-1 on a100");
    const struct object *child = cluster_find_object(scene.cluster, &kind_pod, "job-0");
    cr_expect_str_eq(child->admission->workload_uid, "job");
    cr_expect_eq(child->admission->pod_sets.items[0].count, 1);
    cr_expect_eq(scene_used(&scene, "a100"), 2, "the pods are what the job holds");
    expect_plan(&scene, NOTHING);
}

Test(plan_children, gives_a_child_no_more_than_was_admitted)
{
    auto_scene struct scene scene;
    struct subject greedy = job_pod("greedy", 2);
    struct subject modest = job_pod("modest", 1);

    scene_init(&scene, "StrictFIFO", 8, 0);
    scene_put_job(
        &scene,
        &(struct subject){
            .name = "job", .gpus = 1, .parallelism = 4, .holds_as = "job", .held_count = 4});
    scene_put_pod(&scene, &greedy);
    scene_put_pod(&scene, &modest);
    expect_plan(&scene, "start modest on a100");
}

Test(plan_children, replaces_a_finished_child_but_not_a_terminating_one)
{
    static const struct {
        struct subject first;
        const char *expected;
    } cases[] = {
        {{.name = "first", .gpus = 1, .holds_as = "job"}, NOTHING},
        {{.name = "first", .gpus = 1, .holds_as = "job", .is_deleting = true}, NOTHING},
        {{.name = "first", .gpus = 1, .holds_as = "job", .phase = "Failed"}, "start next on a100"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        struct subject next = job_pod("next", 1);
        scene_init(&scene, "StrictFIFO", 1, 0);
        scene_put_job(&scene, &(struct subject){.name = "job", .gpus = 1, .holds_as = "job"});
        scene_put_pod(&scene, &cases[i].first);
        scene_put_pod(&scene, &next);
        expect_plan(&scene, cases[i].expected);
    }
}

Test(plan_children, queues_a_job_anew_that_its_user_suspended)
{
    auto_scene struct scene scene;
    struct subject other = gated("other", 1, 10);

    scene_init(&scene, "StrictFIFO", 1, 0);
    scene_put_job(&scene, &(struct subject){.name = "job", .gpus = 1, .holds_as = "job"});
    scene_put_pod(&scene, &(struct subject){.name = "job-0", .gpus = 1, .holds_as = "job"});
    scene_put_pod(&scene, &other);
    expect_plan(&scene, NOTHING);
    scene_put_job(
        &scene, &(struct subject){.name = "job", .gpus = 1, .is_waiting = true, .arrival_us = 20});
    expect_plan(&scene, NOTHING);
    cr_expect_eq(scene_workload(&scene, "job")->state, WORKLOAD_QUEUED);
    cr_expect_eq(scene_used(&scene, "a100"), 1, "its pod counts until it is gone");
    scene_remove(&scene, RESOURCE_POD, "job-0");
    expect_plan(&scene, "start other on a100");
}

Test(plan_children, starts_the_pod_of_a_notebook_under_its_name)
{
    auto_scene struct scene scene;
    auto_plan struct plan plan = {0};
    struct subject pod = notebook_pod("book-0", 1, 5);

    scene_init(&scene, "StrictFIFO", 1, 0);
    put_notebook(&scene, 1, false);
    scene_put_pod(&scene, &pod);
    scene_plan(&scene, &plan);
    cr_assert_eq(plan.count, 1);
    cr_expect_str_eq(plan.items[0].object->name, "book-0");
    cr_expect_str_eq(plan.items[0].admission->workload_uid, "book");
}

Test(plan_children, lets_a_restarted_notebook_keep_its_gpu)
{
    auto_scene struct scene scene;
    struct subject first = notebook_pod("book-0", 1, 5);
    struct subject second = notebook_pod("book-1", 1, 30);
    struct subject other = gated("other", 1, 10);

    first.is_waiting = false;
    first.holds_as = "book";
    scene_init(&scene, "StrictFIFO", 1, 0);
    put_notebook(&scene, 1, false);
    scene_put_record(&scene, "book", 5, 1);
    scene_put_pod(&scene, &first);
    scene_put_pod(&scene, &other);
    expect_plan(&scene, NOTHING);
    scene_remove(&scene, RESOURCE_POD, "book-0");
    expect_plan(&scene, NOTHING);
    scene_put_pod(&scene, &second);
    expect_plan(&scene, "start book-1 on a100");
}

Test(plan_children, gives_the_place_of_an_abandoned_notebook_to_the_next)
{
    auto_scene struct scene scene;
    struct subject other = gated("other", 1, 10);

    scene_init(&scene, "StrictFIFO", 1, 0);
    put_notebook(&scene, 1, false);
    scene_put_record(&scene, "book", 5, 1);
    scene_put_pod(&scene, &other);
    expect_plan(&scene, NOTHING);
    scene.now_ms += (int64_t)scene.configuration->successor_reservation_seconds * 1000;
    cluster_tick(scene.cluster, scene.now_ms);
    expect_plan(&scene, NOTHING);
    cr_expect(scene_workload(&scene, "book")->is_record_void);
    scene_remove(&scene, RESOURCE_WORKLOAD, "team/record-book");
    expect_plan(&scene, "start other on a100");
}

Test(plan_children, counts_the_pods_of_a_stopped_notebook_until_they_are_gone)
{
    auto_scene struct scene scene;
    struct subject pod = notebook_pod("book-0", 1, 5);
    struct subject other = gated("other", 1, 10);

    pod.is_waiting = false;
    pod.holds_as = "book";
    pod.is_deleting = true;
    scene_init(&scene, "StrictFIFO", 1, 0);
    put_notebook(&scene, 1, true);
    scene_put_record(&scene, "book", 5, 1);
    scene_put_pod(&scene, &pod);
    scene_put_pod(&scene, &other);
    expect_plan(&scene, NOTHING);
    cr_expect(scene_workload(&scene, "book")->is_record_void);
    scene_remove(&scene, RESOURCE_WORKLOAD, "team/record-book");
    expect_plan(&scene, NOTHING);
    scene_remove(&scene, RESOURCE_POD, "book-0");
    expect_plan(&scene, "start other on a100");
}

Test(plan_children, starts_no_pod_of_a_stopped_notebook)
{
    auto_scene struct scene scene;
    struct subject pod = notebook_pod("book-0", 1, 5);

    scene_init(&scene, "StrictFIFO", 1, 0);
    put_notebook(&scene, 1, true);
    scene_put_pod(&scene, &pod);
    expect_plan(&scene, NOTHING);
    cr_expect_eq(scene_workload(&scene, "book")->state, WORKLOAD_NOTHING);
}

Test(plan_children, queues_a_notebook_anew_that_outgrew_its_admission)
{
    auto_scene struct scene scene;
    struct subject pod = notebook_pod("book-0", 2, 5);

    scene_init(&scene, "StrictFIFO", 2, 0);
    put_notebook(&scene, 2, false);
    scene_put_record(&scene, "book", 5, 1);
    scene_put_pod(&scene, &pod);
    expect_plan(&scene, NOTHING);
    cr_expect(scene_workload(&scene, "book")->is_record_void);
    scene_remove(&scene, RESOURCE_WORKLOAD, "team/record-book");
    expect_plan(&scene, "start book-0 on a100");
}

#define SUCCESSOR(gpus, more)                                                                      \
    "{metadata: {name: set-0, uid: new, namespace: team, resourceVersion: \"5000\", annotations: " \
    "{gpuaas.dev/owner: set, gpuaas.dev/arrival: \"30\"}}, spec: {schedulingGates: [{name: "       \
    "kueue.x-k8s.io/admission}], containers: [{name: a, resources: {limits: "                      \
    "{nvidia.com/gpu: " #gpus "}}}]" more "}}"

Test(plan_children, queues_a_notebook_anew_that_wants_other_nodes)
{
    auto_scene struct scene scene;
    struct subject pod = notebook_pod("book-0", 1, 5);

    pod.selector = "h100";
    scene_init(&scene, "StrictFIFO", 1, 1);
    put_notebook(&scene, 1, false);
    scene_put_record(&scene, "book", 5, 1);
    scene_put_pod(&scene, &pod);
    expect_plan(&scene, NOTHING);
    cr_expect(scene_workload(&scene, "book")->is_record_void);
    scene_remove(&scene, RESOURCE_WORKLOAD, "team/record-book");
    expect_plan(&scene, "start book-0 on h100");
}

Test(plan_children, gives_the_place_of_a_gone_pod_to_its_successor)
{
    static const struct {
        const char *successor;
        const char *expected;
    } cases[] = {
        {SUCCESSOR(1, ""), "succeed set-0 on a100"},
        {SUCCESSOR(2, ""), "drop set-0"},
        {SUCCESSOR(1, ", nodeSelector: {gpu: h100}"), "drop set-0"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        struct subject other = gated("other", 1, 10);
        scene_init(&scene, "StrictFIFO", 1, 0);
        scene_put_statefulset(&scene, "set", NULL, 1);
        scene_put_pod(
            &scene,
            &(struct subject){
                .name = "set-0", .gpus = 1, .holds_as = "set-0", .owner = "set", .arrival_us = 1});
        scene_put_pod(&scene, &other);
        expect_plan(&scene, NOTHING);
        scene_remove(&scene, RESOURCE_POD, "set-0");
        expect_plan(&scene, NOTHING);
        scene_put_text(&scene, RESOURCE_POD, cases[i].successor);
        expect_plan(&scene, cases[i].expected);
    }
}

Test(plan_children, gives_a_place_that_no_successor_takes_to_the_next)
{
    static const struct {
        const char *what;
        int64_t replicas;
        int64_t seconds;
        const char *expected;
    } cases[] = {
        {"not yet", 1, 1, NOTHING},
        {"after a while", 1, 30, "start other on a100"},
        {"at once when it is not wanted any more", 0, 0, "start other on a100"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        struct subject other = gated("other", 1, 10);
        scene_init(&scene, "StrictFIFO", 1, 0);
        scene_put_statefulset(&scene, "set", NULL, 1);
        scene_put_pod(&scene, &(struct subject){
                                  .name = "set-0", .gpus = 1, .holds_as = "set-0", .owner = "set"});
        scene_put_pod(&scene, &other);
        expect_plan(&scene, NOTHING);
        scene_remove(&scene, RESOURCE_POD, "set-0");
        expect_plan(&scene, NOTHING);
        scene_put_statefulset(&scene, "set", NULL, cases[i].replicas);
        scene.now_ms += cases[i].seconds * 1000;
        cluster_tick(scene.cluster, scene.now_ms);
        expect_plan(&scene, cases[i].expected);
    }
}

Test(plan_children, keeps_no_place_for_the_successor_of_a_finished_pod)
{
    auto_scene struct scene scene;
    struct subject other = gated("other", 1, 10);

    scene_init(&scene, "StrictFIFO", 1, 0);
    scene_put_statefulset(&scene, "set", NULL, 1);
    scene_put_pod(
        &scene,
        &(struct subject){
            .name = "set-0", .gpus = 1, .holds_as = "set-0", .owner = "set", .phase = "Failed"});
    scene_put_pod(&scene, &other);
    expect_performed(&scene, "start other on a100");
    scene_remove(&scene, RESOURCE_POD, "set-0");
    scene_refresh(&scene);
    cr_expect_eq(scene_used(&scene, "a100"), 1, "its quota was given away when it failed");
    scene_put_text(&scene, RESOURCE_POD, SUCCESSOR(1, ""));
    expect_plan(&scene, NOTHING);
}
