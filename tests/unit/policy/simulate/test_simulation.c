/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/simulate/scene.h"

/* `name gpus arrival duration [more]`, one a line, as a workload file for the queue. */
static void add_rows(struct scene *scene, const char *rows)
{
    struct text text = {0};

    text_append(&text, "workloads:\n");
    while (*rows != '\0') {
        char name[32];
        char more[160] = "";
        int gpus;
        int arrival;
        int duration;
        int line_bytes = (int)strcspn(rows, "\n");
        auto_free char *line = text_format("%.*s", line_bytes, rows);
        cr_assert_geq(
            sscanf(line, "%31s %d %d %d %159[^\n]", name, &gpus, &arrival, &duration, more), 4);
        text_append_format(&text,
                           "- {name: %s, queue: main, arrival: %d, duration: %d, requests: "
                           "{nvidia.com/gpu: %d}%s%s}\n",
                           name, arrival, duration, gpus, more[0] != '\0' ? ", " : "", more);
        rows += line_bytes + (rows[line_bytes] == '\n' ? 1 : 0);
    }
    scene_add_workloads(scene, text.bytes);
    text_release(&text);
}

/* What starts first when, and ends last when. */
struct expectation {
    const char *name;
    int64_t start; /* -1: never */
    int64_t end;
};

enum { EXPECTATIONS_MAX = 5 };

static const struct simulation_case {
    const char *says;
    const char *strategy;
    int gpus;
    const char *more; /* of the ClusterQueue's spec */
    const char *rows;
    struct expectation expected[EXPECTATIONS_MAX];
} cases[] = {
    {"who fits starts at once",
     "StrictFIFO",
     4,
     "",
     "a 2 0 10\nb 2 5 10\n",
     {{"a", 0, 10}, {"b", 5, 15}}},
    {"releases come before arrivals",
     "StrictFIFO",
     1,
     "",
     "a 1 0 10\nb 1 10 5\n",
     {{"a", 0, 10}, {"b", 10, 15}}},
    {"the file's order decides at one instant",
     "StrictFIFO",
     1,
     "",
     "b 1 0 10\na 1 0 5\n",
     {{"b", 0, 10}, {"a", 10, 15}}},
    {"StrictFIFO does not overtake",
     "StrictFIFO",
     4,
     "",
     "a 3 0 10\nb 4 1 10\nc 1 2 1\n",
     {{"a", 0, 10}, {"b", 10, 20}, {"c", 20, 21}}},
    {"BestEffortFIFO overtakes what cannot fit",
     "BestEffortFIFO",
     4,
     "",
     "a 3 0 10\nb 4 1 10\nc 1 2 1\n",
     {{"a", 0, 10}, {"b", 10, 20}, {"c", 2, 3}}},
    {"priority goes before arrival",
     "StrictFIFO",
     1,
     "",
     "a 1 0 10\nb 1 1 5\nc 1 2 5 priority: 1\n",
     {{"a", 0, 10}, {"c", 10, 15}, {"b", 15, 20}}},
    {"what takes no time lets the next go at once",
     "StrictFIFO",
     1,
     "",
     "a 1 0 0\nb 1 0 3\n",
     {{"a", 0, 0}, {"b", 0, 3}}},
    {"what can never fit blocks nobody",
     "StrictFIFO",
     4,
     "",
     "a 5 0 10\nb 1 1 1\n",
     {{"a", -1, -1}, {"b", 1, 2}}},
    {"the maximum run time ends it",
     "StrictFIFO",
     1,
     "",
     "a 1 0 10 maxRunTime: 4\nb 1 1 1\n",
     {{"a", 0, 4}, {"b", 4, 5}}},
    {"pods of one workload start together",
     "StrictFIFO",
     4,
     "",
     "a 1 0 10\nb 2 1 5 count: 2\nc 1 2 1\n",
     {{"a", 0, 10}, {"b", 10, 15}, {"c", 15, 16}}},
    {"a preempted Job begins anew",
     "StrictFIFO",
     1,
     "  preemption: {withinClusterQueue: LowerPriority}\n",
     "a 1 0 10 kind: Job\nb 1 4 5 priority: 1\n",
     {{"a", 0, 19}, {"b", 4, 9}}},
    {"a preempted Notebook goes on",
     "StrictFIFO",
     1,
     "  preemption: {withinClusterQueue: LowerPriority}\n",
     "a 1 0 10 kind: Notebook\nb 1 4 5 priority: 1\n",
     {{"a", 0, 15}, {"b", 4, 9}}},
    {"a stopped queue starts nobody",
     "StrictFIFO",
     1,
     "  stopPolicy: Hold\n",
     "a 1 0 10\n",
     {{"a", -1, -1}}},
};

Test(simulation, follows_the_rules)
{
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const struct simulation_case *one = &cases[i];
        struct scene scene = {0};
        scene_set_policy(&scene, one->strategy, one->gpus, one->more);
        add_rows(&scene, one->rows);
        scene_run(&scene);
        for (size_t k = 0; k < EXPECTATIONS_MAX && one->expected[k].name != NULL; k++) {
            const struct expectation *expected = &one->expected[k];
            cr_expect_eq(scene_start(&scene, expected->name), expected->start,
                         "%s: %s starts at %ld", one->says, expected->name,
                         (long)scene_start(&scene, expected->name));
            cr_expect_eq(scene_end(&scene, expected->name), expected->end, "%s: %s ends at %ld",
                         one->says, expected->name, (long)scene_end(&scene, expected->name));
        }
        scene_release(&scene);
    }
}

Test(simulation, backfills_what_ends_before_the_head_can_start)
{
    static const struct {
        int run_time;
        int64_t start;
    } runs[] = {{8, 2}, {9, 20}, {0, 20}}; /* the head can start at 10 */

    for (size_t i = 0; i < ARRAY_LENGTH(runs); i++) {
        struct scene scene = {0};
        auto_free char *rows =
            text_format("a 3 0 10 maxRunTime: 10\nb 4 1 10\nc 1 2 1%s%.0d\n",
                        runs[i].run_time > 0 ? " maxRunTime: " : "", runs[i].run_time);
        scene_set_policy(&scene, "StrictFIFO", 4, "");
        scene_add_policy(&scene, "apiVersion: config.gpuaas.dev/v1alpha1\nkind: Configuration\n"
                                 "backfill: true\n");
        add_rows(&scene, rows);
        scene_run(&scene);
        cr_expect_eq(scene_start(&scene, "b"), 10);
        cr_expect_eq(scene_start(&scene, "c"), runs[i].start, "maximum run time %d: %ld",
                     runs[i].run_time, (long)scene_start(&scene, "c"));
        scene_release(&scene);
    }
}

Test(simulation, takes_durations_for_declared_run_times)
{
    struct scene scene = {.options.run_time_percent = 200};

    scene_set_policy(&scene, "StrictFIFO", 4, "");
    add_rows(&scene, "a 3 0 10\nb 3 0 10 maxRunTime: 5\n");
    scene_run(&scene);
    cr_expect_eq(scene_get(&scene, "a")->run_time_us, 20 * MICROS_PER_SECOND);
    cr_expect_eq(scene_get(&scene, "b")->run_time_us, 5 * MICROS_PER_SECOND);
    cr_expect_eq(scene_end(&scene, "a"), 10);
    scene_release(&scene);
}

Test(simulation, waits_until_the_pods_of_a_victim_are_gone)
{
    struct scene scene = {.options.grace_us = 3 * MICROS_PER_SECOND};

    scene_set_policy(&scene, "StrictFIFO", 1,
                     "  preemption: {withinClusterQueue: LowerPriority}\n");
    add_rows(&scene, "a 1 0 10 kind: Job\nb 1 4 5 priority: 1\n");
    scene_run(&scene);
    cr_expect_eq(scene_start(&scene, "b"), 7);
    cr_expect_eq(scene_end(&scene, "a"), 22);
    cr_expect_eq(scene.summary.preemption_count, 1);
    scene_release(&scene);
}

Test(simulation, protects_what_has_just_started)
{
    struct scene scene = {0};

    scene_set_policy(&scene, "StrictFIFO", 1,
                     "  preemption: {withinClusterQueue: LowerPriority}\n");
    scene_add_policy(&scene, "apiVersion: config.gpuaas.dev/v1alpha1\nkind: Configuration\n"
                             "minimumRuntime: 60s\n");
    add_rows(&scene, "a 1 0 100\nb 1 10 5 priority: 1\n");
    scene_run(&scene);
    cr_expect_eq(scene_start(&scene, "b"), 60);
    scene_release(&scene);
}

Test(simulation, lets_cohorts_borrow)
{
    struct scene scene = {0};

    scene_set_policy(&scene, "StrictFIFO", 2,
                     "  cohort: all\n"
                     "---\napiVersion: kueue.x-k8s.io/v1beta1\nkind: ClusterQueue\n"
                     "metadata: {name: other}\nspec:\n  cohort: all\n  namespaceSelector: {}\n"
                     "  resourceGroups:\n"
                     "  - coveredResources: [nvidia.com/gpu]\n    flavors:\n"
                     "    - name: a\n      resources: [{name: nvidia.com/gpu, nominalQuota: 2}]\n");
    add_rows(&scene, "a 4 0 10\nb 5 0 10\n");
    scene_run(&scene);
    cr_expect_eq(scene_start(&scene, "a"), 0);
    cr_expect_eq(scene_start(&scene, "b"), -1);
    cr_expect_eq(scene.summary.capacity, 4);
    scene_release(&scene);
}

Test(simulation, needs_places_on_nodes)
{
    struct scene scene = {0};

    scene_set_policy(&scene, "StrictFIFO", 4, "");
    for (int i = 0; i < 4; i++) {
        auto_free char *node =
            text_format("{apiVersion: v1, kind: Node, metadata: {name: n%d}, status: {allocatable: "
                        "{nvidia.com/gpu: \"1\"}, conditions: [{type: Ready, status: \"True\"}]}}",
                        i);
        scene_add_nodes(&scene, node);
    }
    add_rows(&scene, "a 4 0 10\nb 1 0 10 count: 4\nc 1 1 1\n");
    scene_run(&scene);
    cr_expect_eq(scene_start(&scene, "a"), -1, "four free GPUs on four nodes are no place for it");
    cr_expect_eq(scene_start(&scene, "b"), 0);
    cr_expect_eq(scene_start(&scene, "c"), 10);
    scene_release(&scene);
}

Test(simulation, caps_a_user)
{
    struct scene scene = {0};

    scene_set_policy(&scene, "StrictFIFO", 4, "");
    scene_add_policy(&scene, "apiVersion: config.gpuaas.dev/v1alpha1\nkind: Configuration\n"
                             "maxGpusPerUser: 2\n");
    add_rows(&scene, "a 2 0 10 user: alice\nb 1 1 5 user: alice\nc 1 2 5 user: bob\n");
    scene_run(&scene);
    cr_expect_eq(scene_start(&scene, "b"), 10);
    cr_expect_eq(scene_start(&scene, "c"), 2);
    scene_release(&scene);
}

Test(simulation, keeps_the_first_reason_and_the_position)
{
    struct scene scene = {0};

    scene_set_policy(&scene, "StrictFIFO", 1, "");
    add_rows(&scene, "a 1 0 10\nb 1 1 10\nc 1 2 10\n");
    scene_run(&scene);
    cr_expect_null(scene_get(&scene, "a")->why.reason);
    cr_expect_str_eq(scene_get(&scene, "b")->why.reason, "WaitingForQuota");
    cr_expect_str_eq(scene_get(&scene, "c")->why.reason, "BehindHead");
    cr_expect_eq(scene_get(&scene, "c")->position, 1);
    scene_release(&scene);
}

Test(simulation, leaves_alone_what_asks_for_no_gpu)
{
    struct scene scene = {0};

    scene_set_policy(&scene, "StrictFIFO", 1, "");
    scene_add_workloads(&scene, "workloads: [{name: x, arrival: 0, duration: 1, requests: {cpu: "
                                "1}}]\n");
    scene_run(&scene);
    cr_expect_eq(scene_get(&scene, "x")->state, SIMULATED_UNMANAGED);
    scene_release(&scene);
}

Test(simulation, respects_the_namespace_selector)
{
    struct scene scene = {0};

    scene_set_policy(&scene, "StrictFIFO", 1, "");
    scene_add_policy(&scene,
                     "apiVersion: v1\nkind: Namespace\nmetadata: {name: n, labels: {team: a}}\n");
    struct cluster_queue *queue = (struct cluster_queue *)scene.policy.cluster_queues.items[0];
    string_map_set(&queue->namespace_selector.match_labels, "team", "b");
    add_rows(&scene, "x 1 0 1 namespace: n\ny 1 0 1 namespace: unknown\n");
    scene_run(&scene);
    cr_expect_eq(scene_start(&scene, "x"), -1);
    cr_expect_str_eq(scene_get(&scene, "x")->why.reason, "NamespaceMismatch");
    cr_expect_eq(scene_start(&scene, "y"), 0);
    scene_release(&scene);
}
