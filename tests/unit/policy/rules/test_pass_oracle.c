/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/quota_case.h"
#include "tests/unit/policy/rules/slow_pass.h"

#if defined(__SANITIZE_ADDRESS__)
enum { CASES = 1000 };
#else
enum { CASES = 40000 }; /* about a million workloads */
#endif

static const uint64_t fixed_seed = 20260101;

/* How the queues of a case differ beside their quota. */
static const struct {
    enum queueing_strategy strategy;
    struct flavor_fungibility fungibility;
} traits[] = {
    {QUEUEING_BEST_EFFORT_FIFO, {.may_stop_when_borrowing = true}},
    {QUEUEING_STRICT_FIFO, {.may_stop_when_borrowing = true}},
    {QUEUEING_BEST_EFFORT_FIFO, {.may_stop_when_borrowing = false}},
    {QUEUEING_STRICT_FIFO, {.may_stop_when_borrowing = false}},
    {QUEUEING_BEST_EFFORT_FIFO, {.may_stop_when_preempting = true}},
    {QUEUEING_BEST_EFFORT_FIFO, {.prefers_preemption = true}},
};

/* One tree of a case: the first steps are held already, the others wait. */
struct scene {
    struct quota_usage usage;
    struct cohort_pass pass;
    struct pod_set_list pod_sets[64];
    size_t pod_set_count;
};

static struct resource_flavor flavors[2];
static struct flavor_list flavor_list;
static struct configuration configuration;

static void make_flavors(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(flavors); i++) {
        flavors[i].name = memory_copy_text(case_flavors[i]);
        array_append(&flavor_list, &flavors[i]);
    }
}

static void unmake_flavors(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(flavors); i++) {
        free(flavors[i].name);
    }
    array_release(&flavor_list);
}

TestSuite(pass_oracle, .init = make_flavors, .fini = unmake_flavors);

static void complete(struct quota_draft *draft)
{
    array_for_each(item, &draft->queues) {
        struct cluster_queue *queue = (struct cluster_queue *)*item;
        size_t trait = (size_t)(queue->name[0] - 'a');
        queue->queueing_strategy = traits[trait].strategy;
        queue->fungibility = traits[trait].fungibility;
        array_for_each(group, &queue->resource_groups) {
            array_append(&group->covered_resources, memory_copy_text("cpu"));
            array_append(&group->covered_resources, memory_copy_text("gpu"));
        }
    }
}

static void hold(struct scene *scene, int node, const struct case_step *step)
{
    const struct quota_tree *tree = scene->usage.tree;
    struct quota_amounts amounts = {0};

    quota_amounts_add(&amounts, quota_tree_find_cell(tree, step->flavor, "cpu"), step->cpu);
    quota_amounts_add(&amounts, quota_tree_find_cell(tree, step->flavor, "gpu"), step->gpu);
    quota_usage_add(&scene->usage, node, &amounts);
    array_release(&amounts);
}

static struct candidate_line *get_line(struct scene *scene, int node)
{
    array_for_each(line, &scene->pass.lines) {
        if (line->node == node) {
            return line;
        }
    }
    array_append(&scene->pass.lines,
                 ((struct candidate_line){.queue = scene->usage.tree->nodes.items[node].queue,
                                          .node = node}));
    return &scene->pass.lines.items[scene->pass.lines.count - 1];
}

static void queue_up(struct scene *scene, int node, const struct case_step *step)
{
    struct pod_set_list *pod_sets = &scene->pod_sets[scene->pod_set_count++];
    struct candidate_list *candidates = &get_line(scene, node)->candidates;
    struct pod_set set = {.name = memory_copy_text("main"), .count = 1};
    size_t position = 0;

    resources_set(&set.requests, "cpu", step->cpu);
    resources_set(&set.requests, "gpu", step->gpu);
    array_append(pod_sets, set);
    struct candidate candidate = {
        .pod_sets = pod_sets,
        .shape = pod_set_list_shape(pod_sets),
        .order = {.priority = step->number % 3, .arrival_us = step->number, .uid = "uid"},
    };
    while (position < candidates->count &&
           order_compare(&candidates->items[position].order, &candidate.order) < 0) {
        position++;
    }
    array_insert(candidates, position, candidate);
}

static void set_scene(struct scene *scene, const struct quota_case *played,
                      const struct quota_forest *forest, int tree)
{
    memset(scene, 0, sizeof *scene);
    quota_usage_init(&scene->usage, forest->trees.items[tree]);
    scene->pass = (struct cohort_pass){
        .configuration = &configuration,
        .flavors = &flavor_list,
        .usage = &scene->usage,
        .starts_max = SIZE_MAX,
    };
    array_for_each(step, &played->steps) {
        const struct quota_leaf *leaf = quota_forest_find(forest, step->queue);
        if (leaf == NULL || leaf->tree != tree) {
            continue;
        }
        if (step->number % 4 == 0) {
            hold(scene, leaf->node, step);
        } else {
            queue_up(scene, leaf->node, step);
        }
    }
}

static void clear_scene(struct scene *scene)
{
    cohort_pass_release(&scene->pass);
    quota_usage_release(&scene->usage);
    for (size_t i = 0; i < scene->pod_set_count; i++) {
        pod_set_list_release(&scene->pod_sets[i]);
    }
}

static char letter_of(const struct candidate *candidate)
{
    return candidate->is_tried ? "fwi"[candidate->verdict.kind] : '-';
}

/* Appends what became of each line, and of the usage. */
static void describe(const struct scene *scene, struct text *text)
{
    const struct quota_tree *tree = scene->usage.tree;

    array_for_each(line, &scene->pass.lines) {
        text_append_format(text, " %s ", line->queue->name);
        array_for_each(candidate, &line->candidates) {
            text_append_bytes(text, (char[]){letter_of(candidate)}, 1);
        }
    }
    for (size_t i = 0; i < tree->nodes.count * tree->cells.count; i++) {
        text_append_format(text, " %ld", scene->usage.used[i]);
    }
    text_append(text, scene->pass.has_promises ? " promised\n" : "\n");
}

static bool tree_differs(const struct quota_case *played, const struct quota_forest *forest,
                         int tree, struct text *explanation)
{
    auto_text struct text fast = {0};
    auto_text struct text slow = {0};
    struct scene scene;

    set_scene(&scene, played, forest, tree);
    cohort_pass_run(&scene.pass);
    describe(&scene, &fast);
    clear_scene(&scene);
    set_scene(&scene, played, forest, tree);
    slow_pass_run(&scene.pass);
    describe(&scene, &slow);
    clear_scene(&scene);
    if (explanation != NULL) {
        text_append_format(explanation, "%sinstead of\n%s", fast.bytes, slow.bytes);
    }
    return !text_equal(fast.bytes, slow.bytes);
}

static bool differs_in(const struct quota_case *played, struct text *explanation)
{
    auto_quota_draft struct quota_draft draft = {0};
    bool is_other = false;

    quota_case_draft(played, &draft);
    complete(&draft);
    auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
    for (int tree = 0; tree < (int)forest->trees.count && !is_other; tree++) {
        is_other = tree_differs(played, forest, tree, NULL) &&
                   tree_differs(played, forest, tree, explanation);
    }
    return is_other;
}

static bool differs(const struct quota_case *played)
{
    return differs_in(played, NULL);
}

Test(pass_oracle, agrees_about_the_order_of_all_lines)
{
    const char *text = getenv("SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : fixed_seed;

    for (size_t i = 0; i < CASES; i++, seed++) {
        auto_quota_case struct quota_case random = {0};
        quota_case_init(&random, seed);
        if (differs(&random)) {
            auto_text struct text explanation = {0};
            quota_case_shrink(&random, differs);
            differs_in(&random, &explanation);
            auto_free char *shown = quota_case_format(&random);
            cr_assert_fail("SEED=%lu: %s%s", seed, explanation.bytes, shown);
        }
    }
}
