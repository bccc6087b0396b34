/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/simulate/what_if.h"
#include "tests/unit/policy/simulate/scene.h"

static void prepare(struct scene *scene)
{
    scene_set_policy(scene, "StrictFIFO", 1,
                     "---\napiVersion: kueue.x-k8s.io/v1beta1\nkind: ClusterQueue\n"
                     "metadata: {name: other}\nspec:\n  resourceGroups:\n"
                     "  - coveredResources: [nvidia.com/gpu]\n    flavors:\n"
                     "    - name: b\n      resources: [{name: nvidia.com/gpu, nominalQuota: 2}]\n"
                     "    - name: c\n      resources: [{name: nvidia.com/gpu, nominalQuota: 2}]\n"
                     "---\napiVersion: kueue.x-k8s.io/v1beta1\nkind: ClusterQueue\n"
                     "metadata: {name: third}\nspec:\n  resourceGroups:\n"
                     "  - coveredResources: [nvidia.com/gpu]\n    flavors:\n"
                     "    - name: c\n      resources: [{name: nvidia.com/gpu, nominalQuota: 3}]\n");
    scene_add_workloads(scene, "workloads:\n"
                               "- {name: x, queue: main, arrival: 0, duration: 1, requests: "
                               "{nvidia.com/gpu: 1}}\n"
                               "- {name: y, queue: main, arrival: 0, duration: 1, requests: "
                               "{cpu: 1}}\n");
    scene_expect_no_mistake(scene);
}

static int64_t quota_of(const struct scene *scene, const char *queue, size_t flavor)
{
    const struct cluster_queue *found = policy_set_find_cluster_queue(&scene->policy, queue);

    return resources_get(&found->resource_groups.items[0].flavors.items[flavor].nominal,
                         "nvidia.com/gpu");
}

Test(what_if, sets_a_quota)
{
    struct scene scene = {0};
    struct error error = {0};

    prepare(&scene);
    cr_expect(what_if_set_quota(&scene.policy, "a/nvidia.com/gpu=8", &error), "%s", error.message);
    cr_expect(what_if_set_quota(&scene.policy, "third/c/nvidia.com/gpu=9", &error), "%s",
              error.message);
    cr_expect_eq(quota_of(&scene, "main", 0), 8);
    cr_expect_eq(quota_of(&scene, "other", 1), 2);
    cr_expect_eq(quota_of(&scene, "third", 0), 9);
    scene_release(&scene);
}

Test(what_if, sets_a_request)
{
    struct scene scene = {0};
    struct error error = {0};

    prepare(&scene);
    cr_expect(what_if_set_request(&scene.trace, "main/nvidia.com/gpu=4", &error), "%s",
              error.message);
    cr_expect_eq(
        resources_get(&scene.trace.entries.items[0].pod_sets.items[0].requests, "nvidia.com/gpu"),
        4);
    cr_expect_not(
        resources_has(&scene.trace.entries.items[1].pod_sets.items[0].requests, "nvidia.com/gpu"));
    scene_release(&scene);
}

Test(what_if, changes_how_queues_go)
{
    struct scene scene = {0};
    struct error error = {0};

    prepare(&scene);
    cr_expect(what_if_set_strategy(&scene.policy, "BestEffortFIFO", &error));
    what_if_backfill(&scene.policy);
    array_for_each(queue, &scene.policy.cluster_queues) {
        cr_expect_eq((*queue)->queueing_strategy, QUEUEING_BEST_EFFORT_FIFO);
        cr_expect_eq((*queue)->options.backfill, SWITCH_ON);
    }
    scene_release(&scene);
}

Test(what_if, adds_a_workload)
{
    struct scene scene = {0};
    struct error error = {0};

    prepare(&scene);
    cr_assert(what_if_add(&scene.trace,
                          "name=z,queue=main,nvidia.com/gpu=4,cpu=2,arrival=1h,duration=90,count=2,"
                          "kind=Job,user=7",
                          &error),
              "%s", error.message);
    const struct trace_entry *entry = &scene.trace.entries.items[2];
    cr_expect(entry->is_added);
    cr_expect_str_eq(entry->kind, "Job");
    cr_expect_str_eq(entry->user, "7");
    cr_expect_eq(entry->arrival_us, 3600 * MICROS_PER_SECOND);
    cr_expect_eq(entry->duration_us, 90 * MICROS_PER_SECOND);
    cr_expect_eq(entry->pod_sets.items[0].count, 2);
    cr_expect_eq(resources_get(&entry->pod_sets.items[0].requests, "nvidia.com/gpu"), 4);
    cr_expect_eq(resources_get(&entry->pod_sets.items[0].requests, "cpu"), 2000);
    scene_release(&scene);
}

Test(what_if, refuses_what_changes_nothing)
{
    enum what { QUOTA, REQUEST, STRATEGY, ADD };
    static const struct {
        enum what what;
        const char *text;
        const char *words;
    } cases[] = {
        {QUOTA, "a/nvidia.com/gpu", "is not WHAT=AMOUNT"},
        {QUOTA, "=8", "is not WHAT=AMOUNT"},
        {QUOTA, "a/nvidia.com/gpu=", "is not WHAT=AMOUNT"},
        {QUOTA, "a/nvidia.com/gpu=many", "many"},
        {QUOTA, "d/nvidia.com/gpu=1", "no quota for 'd/nvidia.com/gpu'"},
        {QUOTA, "c/nvidia.com/gpu=1", "2 queues have quota"},
        {REQUEST, "main=4", "no workload asks for 'main'"},
        {REQUEST, "other/nvidia.com/gpu=4", "no workload asks for"},
        {REQUEST, "main/nvidia.com/gpu=-1", "-1"},
        {STRATEGY, "FIFO", "must be StrictFIFO or BestEffortFIFO"},
        {ADD, "name", "is not NAME=VALUE"},
        {ADD, "name=z,arrival=0", "how long does it run?"},
        {ADD, "name=z,arrival=0,duration=1,colour=red", "unknown field 'colour'"},
        {ADD, "name=z,arrival=0,duration=1,nvidia.com/gpu=x", "nvidia.com/gpu"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct scene scene = {0};
        struct error error = {0};
        const char *text = cases[i].text;
        prepare(&scene);
        bool is_done = cases[i].what == QUOTA     ? what_if_set_quota(&scene.policy, text, &error)
                       : cases[i].what == REQUEST ? what_if_set_request(&scene.trace, text, &error)
                       : cases[i].what == STRATEGY
                           ? what_if_set_strategy(&scene.policy, text, &error)
                           : what_if_add(&scene.trace, text, &error);
        cr_expect_not(is_done, "%s", text);
        cr_expect_not_null(strstr(error.message, cases[i].words), "%s: %s", text, error.message);
        scene_release(&scene);
    }
}
