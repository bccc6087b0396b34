/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/plan.h"

#include "tests/unit/companion/plan_text.h"

#define BLOCKED "waits for those ahead of it in the queue"

Test(plan, starts_the_waiting_in_their_order)
{
    static const struct {
        const char *strategy;
        int64_t a100;
        int64_t h100;
        struct {
            const char *name;
            int64_t gpus;
            int64_t arrival_us;
        } pods[4];
        const char *expected;
    } cases[] = {
        {"StrictFIFO", 3, 0, {{"b", 1, 2}, {"a", 1, 1}}, "start a on a100, start b on a100"},
        {"StrictFIFO", 4, 0, {{"big", 3, 1}, {"two", 2, 2}, {"one", 1, 3}}, "start big on a100"},
        {"BestEffortFIFO",
         4,
         0,
         {{"big", 3, 1}, {"two", 2, 2}, {"one", 1, 3}},
         "start big on a100, start one on a100"},
        {"BestEffortFIFO", 1, 0, {{"late", 1, 2}, {"early", 1, 1}}, "start early on a100"},
        {"StrictFIFO",
         2,
         0,
         {{"never", 9, 1}, {"one", 1, 2}, {"two", 1, 3}},
         "start one on a100, start two on a100"},
        {"BestEffortFIFO", 2, 0, {{"never", 9, 1}, {"one", 1, 2}}, "start one on a100"},
        {"StrictFIFO",
         1,
         1,
         {{"one", 1, 1}, {"two", 1, 2}, {"three", 1, 3}},
         "start one on a100, start two on h100"},
        {"StrictFIFO", 0, 0, {{"one", 1, 1}}, NOTHING},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        scene_init(&scene, cases[i].strategy, cases[i].a100, cases[i].h100);
        for (size_t k = 0; k < 4 && cases[i].pods[k].name != NULL; k++) {
            struct subject pod =
                gated(cases[i].pods[k].name, cases[i].pods[k].gpus, cases[i].pods[k].arrival_us);
            scene_put_pod(&scene, &pod);
        }
        expect_plan(&scene, cases[i].expected);
    }
}

Test(plan, says_why_the_others_wait)
{
    auto_scene struct scene scene;
    struct subject big = gated("big", 2, 1);
    struct subject small = gated("small", 1, 2);

    scene_init(&scene, "StrictFIFO", 3, 0);
    scene_put_pod(&scene, &(struct subject){.name = "runs", .gpus = 2, .holds_as = "runs"});
    scene_put_pod(&scene, &big);
    scene_put_pod(&scene, &small);
    expect_plan(&scene, NOTHING);
    cr_expect_eq(scene_workload(&scene, "big")->verdict.kind, VERDICT_WAITS);
    cr_expect_str_eq(scene_workload(&scene, "small")->verdict.message, BLOCKED);
}

Test(plan, lets_nobody_who_came_later_overtake_a_settled_head)
{
    auto_scene struct scene scene;
    struct subject head = gated("head", 3, 1);
    struct subject late = gated("late", 1, 2);

    scene_init(&scene, "StrictFIFO", 4, 0);
    scene_put_pod(&scene, &(struct subject){.name = "runs", .gpus = 2, .holds_as = "runs"});
    scene_put_pod(&scene, &head);
    expect_plan(&scene, NOTHING);
    scene_put_pod(&scene, &late);
    expect_plan(&scene, NOTHING);
    cr_expect_str_eq(scene_workload(&scene, "late")->verdict.message, BLOCKED);
    scene_remove(&scene, RESOURCE_POD, "runs");
    expect_plan(&scene, "start head on a100, start late on a100");
}

Test(plan, tries_everybody_again_when_quota_is_raised)
{
    auto_scene struct scene scene;
    struct subject pod = gated("pod", 2, 1);

    scene_init(&scene, "StrictFIFO", 1, 0);
    scene_put_pod(&scene, &pod);
    expect_plan(&scene, NOTHING);
    cr_expect_eq(scene_workload(&scene, "pod")->verdict.kind, VERDICT_INADMISSIBLE);
    scene_put_queue(&scene, "StrictFIFO", 2, 0);
    expect_plan(&scene, "start pod on a100");
}

Test(plan, starts_nothing_over_a_lowered_quota)
{
    auto_scene struct scene scene;
    struct subject pod = gated("pod", 1, 1);

    scene_init(&scene, "BestEffortFIFO", 4, 0);
    scene_put_pod(&scene, &(struct subject){.name = "runs", .gpus = 3, .holds_as = "runs"});
    scene_put_pod(&scene, &pod);
    scene_put_queue(&scene, "BestEffortFIFO", 2, 0);
    expect_plan(&scene, NOTHING);
    cr_expect_eq(scene_used(&scene, "a100"), 3);
}

Test(plan, tries_only_the_flavor_of_the_hardware_profile)
{
    auto_scene struct scene scene;
    struct subject pod = gated("pod", 1, 1);

    pod.profile = "h100";
    scene_init(&scene, "StrictFIFO", 4, 4);
    scene_put_pod(&scene, &pod);
    expect_plan(&scene, "start pod on h100");
}

Test(plan, does_not_start_twice_what_is_granted)
{
    auto_scene struct scene scene;
    struct subject pod = gated("pod", 1, 1);
    struct subject next = gated("next", 1, 2);

    scene_init(&scene, "StrictFIFO", 1, 0);
    scene_put_pod(&scene, &pod);
    scene_put_pod(&scene, &next);
    scene_refresh(&scene);
    grant_table_add(&scene.cluster->grants, GRANT_START,
                    cluster_find_object(scene.cluster, &kind_pod, "pod"),
                    make_admission("pod", "a100", 1, 1));
    cluster_mark(scene.cluster, scene_workload(&scene, "pod"));
    expect_plan(&scene, NOTHING);
    cr_expect_eq(scene_used(&scene, "a100"), 1);
}

Test(plan, counts_what_another_process_may_still_be_doing)
{
    auto_scene struct scene scene;
    struct grant_table left = {0};
    struct subject pod = gated("pod", 1, 1);
    struct subject next = gated("next", 1, 2);

    scene_init(&scene, "StrictFIFO", 1, 0);
    scene_put_pod(&scene, &pod);
    scene_put_pod(&scene, &next);
    grant_table_add(&left, GRANT_START, cluster_find_object(scene.cluster, &kind_pod, "pod"),
                    make_admission("pod", "a100", 1, 1));
    auto_free char *lease = grant_table_encode(&left, 1);
    grant_table_release(&left);
    cr_expect_eq(grant_table_inherit(&scene.cluster->grants, lease), 0);
    expect_plan(&scene, NOTHING);
    cr_expect_eq(scene_used(&scene, "a100"), 1);
    cluster_end_grant(scene.cluster, grant_table_find(&scene.cluster->grants, "pod"));
    expect_plan(&scene, "start pod on a100");
}

Test(plan, starts_no_more_than_the_lease_can_carry)
{
    enum { PODS = 100 };
    auto_scene struct scene scene;
    auto_plan struct plan plan = {0};

    scene_init(&scene, "StrictFIFO", PODS, 0);
    for (int i = 0; i < PODS; i++) {
        auto_free char *name = text_format("pod-%03d", i);
        struct subject pod = gated(name, 1, i + 1);
        scene_put_pod(&scene, &pod);
    }
    scene_plan(&scene, &plan);
    cr_expect_lt(plan.count, PODS);
    cr_expect_gt(plan.count, 10);
    cr_expect(cluster_find_line(scene.cluster, "main")->is_dirty, "the rest is not forgotten");
    for (size_t i = 0; i < plan.count; i++) {
        grant_table_add(&scene.cluster->grants, GRANT_START, plan.items[i].object,
                        take_pointer(&plan.items[i].admission));
    }
    auto_free char *lease = grant_table_encode(&scene.cluster->grants, 1);
    cr_expect_leq(strlen(lease), GRANT_TABLE_BYTES_MAX);
}

Test(plan, lets_a_smaller_one_pass_a_settled_one_in_best_effort)
{
    auto_scene struct scene scene;
    struct subject big = gated("big", 2, 1);
    struct subject small = gated("small", 1, 2);

    scene_init(&scene, "BestEffortFIFO", 3, 0);
    scene_put_pod(&scene, &(struct subject){.name = "runs", .gpus = 2, .holds_as = "runs"});
    scene_put_pod(&scene, &big);
    expect_plan(&scene, NOTHING);
    scene_put_pod(&scene, &small);
    expect_performed(&scene, "start small on a100");
    scene_remove(&scene, RESOURCE_POD, "runs");
    expect_performed(&scene, "start big on a100");
    cr_expect_eq(scene_used(&scene, "a100"), 3);
}

Test(plan, tries_again_who_was_deferred_when_a_grant_came_to_nothing)
{
    auto_scene struct scene scene;
    struct subject first = gated("first", 1, 1);
    struct subject second = gated("second", 1, 2);

    scene_init(&scene, "StrictFIFO", 1, 0);
    scene_put_pod(&scene, &first);
    scene_put_pod(&scene, &second);
    scene_refresh(&scene);
    struct grant *grant = grant_table_add(&scene.cluster->grants, GRANT_START,
                                          cluster_find_object(scene.cluster, &kind_pod, "first"),
                                          make_admission("first", "a100", 1, 1));
    cluster_mark(scene.cluster, scene_workload(&scene, "first"));
    expect_plan(&scene, NOTHING);
    cluster_end_grant(scene.cluster, grant);
    scene_remove(&scene, RESOURCE_POD, "first");
    expect_plan(&scene, "start second on a100");
}

Test(plan, releases_what_waits_in_an_unmanaged_namespace)
{
    auto_scene struct scene scene;
    struct subject pod = gated("pod", 1, 1);
    struct subject foreign = gated("foreign", 1, 0);
    struct subject job = {.name = "job", .gpus = 1, .is_waiting = true, .arrival_us = 2};

    scene_init(&scene, "StrictFIFO", 8, 0);
    scene_put_pod(&scene, &(struct subject){.name = "runs", .gpus = 1, .holds_as = "runs"});
    scene_put_pod(&scene, &pod);
    scene_put_pod(&scene, &foreign);
    scene_put_job(&scene, &job);
    scene_refresh(&scene);
    scene_settle(&scene);
    scene_put_namespace(&scene, false);
    expect_plan(&scene, "release pod, release job");
    cr_expect_eq(scene_used(&scene, "a100"), 1, "what runs counts until it is gone");
}

Test(plan, adopts_what_runs_without_us)
{
    static const struct {
        struct subject pod;
        const char *expected;
    } cases[] = {
        {{.name = "pod", .gpus = 1, .node = "node-h"}, "adopt pod on h100"},
        {{.name = "pod", .gpus = 1, .selector = "a100"}, "adopt pod on a100"},
        {{.name = "pod", .gpus = 1}, NOTHING},
        {{.name = "pod", .gpus = 1, .node = "node-h", .is_deleting = true}, NOTHING},
        {{.name = "pod", .gpus = 1, .node = "node-h", .phase = "Succeeded"}, NOTHING},
        {{.name = "pod", .gpus = 1, .node = "node-h", .holds_as = "pod"}, NOTHING},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        scene_init(&scene, "StrictFIFO", 0, 0);
        scene_put_pod(&scene, &cases[i].pod);
        expect_plan(&scene, cases[i].expected);
    }
}

Test(plan, looks_for_an_owner_that_was_not_seen)
{
    auto_scene struct scene scene;
    struct subject pod = gated("job-0", 1, 50);

    pod.owner = "job";
    pod.of_kind = "Job";
    pod.of = "job";
    scene_init(&scene, "StrictFIFO", 4, 0);
    scene_put_pod(&scene, &pod);
    expect_plan(&scene, "fetch owner of job-0");
    cluster_note_owner_absent(scene.cluster, "job-0");
    expect_plan(&scene, "start job-0 on a100");
}

Test(plan, lets_nobody_who_comes_later_pass_a_blocked_head_but_by_backfill)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 4, 0);
    ((struct configuration *)scene.configuration)->backfill = true;
    struct subject holder = gated("holder", 3, 1);
    scene_put_pod(&scene, &holder);
    expect_performed(&scene, "start holder on a100");
    struct subject head = gated("head", 4, 2);
    scene_put_pod(&scene, &head);
    expect_plan(&scene, NOTHING);
    struct subject late = gated("late", 1, 3);
    scene_put_pod(&scene, &late);
    expect_plan(&scene, NOTHING);
}

Test(plan, tells_of_those_who_have_ended_and_how_long_they_ran)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 4, 0);
    scene_put_pod(&scene, &(struct subject){.name = "pod", .gpus = 1, .holds_as = "pod"});
    scene_put_text(&scene, RESOURCE_WORKLOAD,
                   "{metadata: {name: r, namespace: team, uid: r, resourceVersion: \"5000\", "
                   "ownerReferences: [{apiVersion: v1, kind: Pod, name: pod, uid: pod, controller: "
                   "true}]}, spec: {active: true}, status: {conditions: [{type: Admitted, status: "
                   "\"True\", reason: Admitted, lastTransitionTime: \"1970-01-01T00:00:03Z\"}]}}");
    scene_refresh(&scene);
    cr_assert_eq(scene.cluster->endings.count, 0);
    scene.now_ms = 10000;
    scene_remove(&scene, RESOURCE_POD, "pod");
    scene_refresh(&scene);
    cr_assert_eq(scene.cluster->endings.count, 1);
    cr_expect_str_eq(scene.cluster->endings.items[0].uid, "pod");
    cr_expect_eq(scene.cluster->endings.items[0].ran_us, INT64_C(7000000));
    cr_expect_eq(run_times_count(&cluster_find_line(scene.cluster, "main")->run_times), 1);
}
