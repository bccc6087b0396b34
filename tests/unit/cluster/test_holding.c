/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/holding.h"

#include "tests/unit/cluster/scene.h"

struct case_of_pods {
    const char *what;
    struct subject job; /* no name: none */
    struct subject pods[3];
    int64_t a100;
    int64_t h100;
};

static void put_all(struct scene *scene, const struct case_of_pods *one)
{
    if (one->job.name != NULL) {
        scene_put_job(scene, &one->job);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(one->pods) && one->pods[i].name != NULL; i++) {
        scene_put_pod(scene, &one->pods[i]);
    }
    scene_refresh(scene);
}

#define JOB(...)                                                                                   \
    {                                                                                              \
        .name = "job", .gpus = 1, .parallelism = 2, .held_count = 2, __VA_ARGS__                   \
    }
#define CHILD(child, ...)                                                                          \
    {                                                                                              \
        .name = child, .gpus = 1, .holds_as = "job", __VA_ARGS__                                   \
    }

Test(holding, is_the_maximum_of_the_admission_and_the_pods)
{
    static const struct case_of_pods cases[] = {
        {"the admission alone", JOB(.holds_as = "job"), {{0}}, 2, 0},
        {"pods within it", JOB(.holds_as = "job"), {CHILD("a"), CHILD("b")}, 2, 0},
        {"a pod too many",
         JOB(.holds_as = "job"),
         {CHILD("a"), CHILD("b"), CHILD("c", .is_deleting = true)},
         3,
         0},
        {"pods of another flavor add to it",
         JOB(.holds_as = "job"),
         {CHILD("a", .held_flavor = "h100")},
         2,
         1},
        {"pods of a job that is suspended",
         JOB(.is_waiting = true, .arrival_us = 1),
         {CHILD("a")},
         1,
         0},
        {"pods of a job that is finished",
         JOB(.holds_as = "job", .condition = "Complete"),
         {CHILD("a"), CHILD("b", .phase = "Succeeded")},
         1,
         0},
        {"a job that is being deleted",
         JOB(.holds_as = "job", .is_deleting = true),
         {CHILD("a", .is_deleting = true)},
         1,
         0},
        {"pods whose job is gone", {0}, {CHILD("a"), CHILD("b")}, 2, 0},
        {"a pod that waits", {0}, {{.name = "a", .gpus = 1, .is_waiting = true}}, 0, 0},
        {"a pod that terminates",
         {0},
         {{.name = "a", .gpus = 2, .holds_as = "a", .is_deleting = true}},
         2,
         0},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        scene_init(&scene, "StrictFIFO", 8, 8);
        put_all(&scene, &cases[i]);
        cr_expect_eq(scene_used(&scene, "a100"), cases[i].a100, "%s: %d", cases[i].what,
                     (int)scene_used(&scene, "a100"));
        cr_expect_eq(scene_used(&scene, "h100"), cases[i].h100, "%s: %d", cases[i].what,
                     (int)scene_used(&scene, "h100"));
    }
}

Test(holding, counts_what_came_without_us_wherever_it_may_be)
{
    static const struct case_of_pods cases[] = {
        {"unbound", {0}, {{.name = "a", .gpus = 1}}, 1, 1},
        {"bound", {0}, {{.name = "a", .gpus = 1, .node = "node-h"}}, 0, 1},
        {"on a node not seen", {0}, {{.name = "a", .gpus = 1, .node = "node-x"}}, 1, 1},
        {"unbound, and selective", {0}, {{.name = "a", .gpus = 1, .selector = "a100"}}, 1, 0},
        {"a job without pods", {.name = "job", .gpus = 2, .parallelism = 3}, {{0}}, 6, 6},
        {"a job whose first pod is bound",
         {.name = "job", .gpus = 1, .parallelism = 3},
         {{.name = "a", .gpus = 1, .of_kind = "Job", .of = "job", .node = "node-a"}},
         3,
         0},
        {"finished", {0}, {{.name = "a", .gpus = 1, .phase = "Succeeded"}}, 0, 0},
        {"no gpu", {0}, {{.name = "a", .gpus = 0, .queue = "research"}}, 0, 0},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        scene_init(&scene, "StrictFIFO", 8, 8);
        put_all(&scene, &cases[i]);
        cr_expect_eq(scene_used(&scene, "a100"), cases[i].a100, "%s: %d", cases[i].what,
                     (int)scene_used(&scene, "a100"));
        cr_expect_eq(scene_used(&scene, "h100"), cases[i].h100, "%s: %d", cases[i].what,
                     (int)scene_used(&scene, "h100"));
    }
}

Test(holding, counts_a_granted_child_once)
{
    auto_scene struct scene scene;
    static const struct case_of_pods job = {
        .job = JOB(.holds_as = "job"),
        .pods = {{.name = "a", .gpus = 1, .is_waiting = true, .owner = "job"}},
    };

    scene_init(&scene, "StrictFIFO", 8, 8);
    put_all(&scene, &job);
    grant_table_add(&scene.cluster->grants, GRANT_START,
                    cluster_find_object(scene.cluster, &kind_pod, "a"),
                    make_admission("job", "a100", 1, 1));
    cluster_mark(scene.cluster, scene_workload(&scene, "job"));
    scene_refresh(&scene);
    cr_expect_eq(scene_used(&scene, "a100"), 2);
}

Test(holding, of_a_notebook_is_what_its_record_says_until_that_is_gone)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_notebook(&scene, &(struct subject){.name = "book", .gpus = 1, .is_waiting = true});
    scene_put_record(&scene, "book", 1, 2);
    scene_refresh(&scene);
    cr_expect_eq(scene_used(&scene, "a100"), 2);
    scene_remove(&scene, RESOURCE_WORKLOAD, "team/record-book");
    scene_refresh(&scene);
    cr_expect_eq(scene_used(&scene, "a100"), 0);
}

Test(holding, believes_no_record_of_a_job)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_job(&scene,
                  &(struct subject){.name = "job", .gpus = 1, .is_waiting = true, .arrival_us = 1});
    scene_put_record(&scene, "job", 1, 2);
    scene_refresh(&scene);
    cr_expect_eq(scene_used(&scene, "a100"), 0);
    cr_expect_eq(scene_workload(&scene, "job")->state, WORKLOAD_QUEUED);
}

Test(holding, ends_for_what_was_let_go_when_its_namespace_was_unlabelled)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_pod(&scene, &(struct subject){.name = "a", .gpus = 1});
    scene_put_pod(&scene, &(struct subject){.name = "b", .gpus = 1, .holds_as = "b"});
    scene_put_namespace(&scene, false);
    scene_refresh(&scene);
    cr_expect_eq(scene_used(&scene, "a100"), 1);
    cr_expect_eq(scene_used(&scene, "h100"), 0);
}

Test(holding, adopts_only_where_the_flavor_is_known)
{
    auto_scene struct scene scene;
    static const struct {
        struct subject pod;
        const char *flavor;
    } cases[] = {
        {{.name = "a", .gpus = 1}, NULL},
        {{.name = "a", .gpus = 1, .node = "node-h"}, "h100"},
    };

    scene_init(&scene, "StrictFIFO", 8, 8);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        scene_put_pod(&scene, &cases[i].pod);
        scene_refresh(&scene);
        const struct holding_view view = cluster_view(scene.cluster);
        auto_admission struct admission *admission = holding_adopt(
            &view, scene_workload(&scene, "a"), cluster_find_object(scene.cluster, &kind_pod, "a"));
        cr_assert_eq(admission != NULL, cases[i].flavor != NULL);
        if (admission != NULL) {
            cr_expect_str_eq(admission->workload_uid, "a");
            cr_expect_str_eq(admission->local_queue, "research");
            cr_expect_str_eq(admission->pod_sets.items[0].assignments.items[0].flavor,
                             cases[i].flavor);
        }
    }
}

Test(holding, covers_a_pod_that_asks_no_more_and_may_run_where_it_was_admitted)
{
    static const struct {
        struct subject pod;
        const char *flavor;
        bool is_covered;
    } cases[] = {
        {{.gpus = 1}, "a100", true},
        {{.gpus = 2}, "a100", false},
        {{.gpus = 1, .selector = "a100"}, "a100", true},
        {{.gpus = 1, .selector = "h100"}, "a100", false},
        {{.gpus = 1, .selector = "h100"}, "not-listed-yet", true},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        auto_admission struct admission *admission = make_admission("pod", cases[i].flavor, 1, 1);
        struct subject pod = cases[i].pod;
        pod.name = "pod";
        pod.is_waiting = true;
        scene_init(&scene, "StrictFIFO", 8, 8);
        scene_put_pod(&scene, &pod);
        scene_refresh(&scene);
        const struct holding_view view = cluster_view(scene.cluster);
        cr_expect_eq(holding_covers_pod(&view, cluster_find_object(scene.cluster, &kind_pod, "pod"),
                                        admission),
                     cases[i].is_covered, "case %zu", i);
    }
}
