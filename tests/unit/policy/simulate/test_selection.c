/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/simulate/scene.h"

/* Random clusters; the same seed makes the same ones. */
struct chance {
    uint64_t state;
};

static uint32_t roll(struct chance *chance, uint32_t count)
{
    chance->state = chance->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(chance->state >> 33) % count;
}

/* What a family of random clusters may have. */
struct family {
    const char *name;
    uint32_t queue_count_max;
    bool has_backfill;
    bool has_nodes;
    bool has_preemption;
    bool has_caps;
    uint64_t seed;
};

static void add_policy(struct scene *scene, struct chance *chance, const struct family *family)
{
    uint32_t queue_count = 1 + roll(chance, family->queue_count_max);
    struct text text = {0};

    text_append(&text, "{apiVersion: kueue.x-k8s.io/v1beta1, kind: ResourceFlavor, metadata: "
                       "{name: a}, spec: {nodeLabels: {gpu: a}}}\n---\n"
                       "{apiVersion: kueue.x-k8s.io/v1beta1, kind: ResourceFlavor, metadata: "
                       "{name: b}, spec: {nodeLabels: {gpu: b}}}\n");
    for (uint32_t i = 0; i < queue_count; i++) {
        bool is_strict = roll(chance, 2) == 0;
        text_append_format(
            &text,
            "---\napiVersion: kueue.x-k8s.io/v1beta1\nkind: ClusterQueue\nmetadata: {name: q%u, "
            "annotations: {gpuaas.dev/backfill: \"%s\"%s}}\nspec:\n  cohort: all\n"
            "  namespaceSelector: {}\n  queueingStrategy: %s\n%s  resourceGroups:\n"
            "  - coveredResources: [nvidia.com/gpu]\n    flavors:\n"
            "    - name: a\n      resources: [{name: nvidia.com/gpu, nominalQuota: %u}]\n"
            "    - name: b\n      resources: [{name: nvidia.com/gpu, nominalQuota: %u}]\n",
            i, family->has_backfill && roll(chance, 3) > 0 ? "true" : "false",
            family->has_caps && roll(chance, 2) > 0 ? ", gpuaas.dev/max-gpus-per-user: \"3\"" : "",
            is_strict ? "StrictFIFO" : "BestEffortFIFO",
            family->has_preemption ? "  preemption: {withinClusterQueue: LowerPriority, "
                                     "reclaimWithinCohort: Any}\n"
                                   : "",
            roll(chance, 5), 1 + roll(chance, 4));
    }
    scene_add_policy(scene, text.bytes);
    text_release(&text);
}

static void add_workloads(struct scene *scene, struct chance *chance, size_t queue_count)
{
    uint32_t count = 5 + roll(chance, 40);
    uint32_t span = 5 + roll(chance, 60);
    struct text text = {0};

    text_append(&text, "workloads:\n");
    for (uint32_t i = 0; i < count; i++) {
        text_append_format(&text,
                           "- {name: w%u, queue: q%u, user: u%u, arrival: %u, duration: %u, "
                           "maxRunTime: %u, count: %u, priority: %u, requests: {nvidia.com/gpu: "
                           "%u}, kind: %s}\n",
                           i, roll(chance, (uint32_t)queue_count), roll(chance, 3),
                           roll(chance, span), roll(chance, 30),
                           roll(chance, 3) == 0 ? 0 : 1 + roll(chance, 40), 1 + roll(chance, 2),
                           roll(chance, 4) == 0 ? roll(chance, 3) : 0, roll(chance, 4),
                           roll(chance, 2) == 0 ? "Job" : "Notebook");
    }
    scene_add_workloads(scene, text.bytes);
    text_release(&text);
}

static void add_nodes(struct scene *scene, struct chance *chance)
{
    uint32_t count = 1 + roll(chance, 4);
    struct text text = {0};

    for (uint32_t i = 0; i < count; i++) {
        text_append_format(&text,
                           "---\n{apiVersion: v1, kind: Node, metadata: {name: n%u, labels: {gpu: "
                           "%s}}, status: {allocatable: {nvidia.com/gpu: \"%u\"}, conditions: "
                           "[{type: Ready, status: \"True\"}]}}\n",
                           i, roll(chance, 2) == 0 ? "a" : "b", 1 + roll(chance, 4));
    }
    scene_add_nodes(scene, text.bytes);
    text_release(&text);
}

static void fill(struct scene *scene, const struct family *family, uint64_t seed)
{
    struct chance chance = {.state = seed};

    add_policy(scene, &chance, family);
    add_workloads(scene, &chance, scene->policy.cluster_queues.count);
    if (family->has_nodes) {
        add_nodes(scene, &chance);
    }
}

static bool runs_equal(const struct simulated_workload *left,
                       const struct simulated_workload *right)
{
    if (left->state != right->state || left->runs.count != right->runs.count) {
        return false;
    }
    for (size_t i = 0; i < left->runs.count; i++) {
        const struct run *left_run = &left->runs.items[i];
        const struct run *right_run = &right->runs.items[i];
        if (left_run->start_us != right_run->start_us || left_run->end_us != right_run->end_us ||
            left_run->is_backfilled != right_run->is_backfilled ||
            left_run->shares.count != right_run->shares.count) {
            return false;
        }
    }
    return true;
}

static void compare(const struct family *family, uint64_t seed)
{
    struct scene chosen = {0};
    struct scene all = {.options.tries_all = true};

    fill(&chosen, family, seed);
    fill(&all, family, seed);
    scene_run(&chosen);
    scene_run(&all);
    for (size_t i = 0; i < all.simulation.workloads.count; i++) {
        const struct simulated_workload *left = &chosen.simulation.workloads.items[i];
        cr_assert(runs_equal(left, &all.simulation.workloads.items[i]), "%s, seed %lu: %s differs",
                  family->name, (unsigned long)seed, left->entry->name);
    }
    cr_assert_leq(chosen.simulation.tried_count, 2 * all.simulation.tried_count);
    scene_release(&chosen);
    scene_release(&all);
}

Test(selection, decides_as_if_everybody_was_tried)
{
    static const struct family families[] = {
        {.name = "one queue", .queue_count_max = 1},
        {.name = "one queue with backfill", .queue_count_max = 1, .has_backfill = true},
        {.name = "one queue on nodes",
         .queue_count_max = 1,
         .has_backfill = true,
         .has_nodes = true},
        {.name = "a cohort", .queue_count_max = 3},
        {.name = "a cohort with backfill", .queue_count_max = 3, .has_backfill = true},
        {.name = "a cohort on nodes", .queue_count_max = 3, .has_nodes = true},
        {.name = "preemption", .queue_count_max = 2, .has_preemption = true},
        {.name = "caps", .queue_count_max = 2, .has_caps = true},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(families); i++) {
        for (uint64_t seed = 1; seed <= 60; seed++) {
            compare(&families[i], seed);
        }
    }
}
