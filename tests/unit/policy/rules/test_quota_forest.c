/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "tests/unit/policy/rules/quota_draft.h"

#define GPU "nvidia.com/gpu"

static const struct quota_node *get_node(const struct quota_tree *tree, const char *name)
{
    return &tree->nodes.items[draft_number(tree, name)];
}

static const char *parent_name(const struct quota_tree *tree, const char *name)
{
    const struct quota_node *node = get_node(tree, name);

    return node->parent == QUOTA_NO_PARENT ? NULL : tree->nodes.items[node->parent].name;
}

Test(quota_forest, builds_nothing_of_nothing)
{
    auto_quota_draft struct quota_draft draft = {0};
    auto_quota_forest struct quota_forest *forest = draft_forest(&draft);

    cr_assert_eq(forest->trees.count, 0);
    cr_assert_null(quota_forest_find(forest, "main"));
}

Test(quota_forest, gives_a_queue_without_cohort_a_tree_of_its_own)
{
    auto_quota_draft struct quota_draft draft = {0};

    draft_quota(&draft_queue(&draft, "b", NULL)->resource_groups, "l4", GPU, 4, UNSET, UNSET);
    draft_quota(&draft_queue(&draft, "a", NULL)->resource_groups, "l4", GPU, 2, UNSET, UNSET);
    auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
    cr_assert_eq(forest->trees.count, 2);
    const struct quota_leaf *leaf = quota_forest_find(forest, "b");
    const struct quota_tree *tree = forest->trees.items[leaf->tree];
    cr_assert_eq(tree->nodes.count, 1);
    cr_assert_str_eq(tree->nodes.items[0].name, "b");
    cr_assert_eq(tree->nodes.items[0].parent, QUOTA_NO_PARENT);
    cr_assert_eq(tree->nodes.items[0].height, 0);
    cr_assert_eq(quota_tree_limit(tree, 0, 0)->subtree, 4);
}

Test(quota_forest, makes_a_cohort_of_every_name)
{
    auto_quota_draft struct quota_draft draft = {0};

    draft_queue(&draft, "a", "team");
    draft_queue(&draft, "b", "team");
    draft_queue(&draft, "c", "other");
    auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
    cr_assert_eq(forest->trees.count, 2);
    const struct quota_tree *tree = draft_tree(forest, "b");
    const struct quota_node *cohort = get_node(tree, "team");
    cr_assert_null(cohort->queue);
    cr_assert_null(cohort->cohort);
    cr_assert_eq(cohort->height, 1);
    cr_assert_eq(cohort->fair_weight_milli, 1000);
    cr_assert_eq(tree->nodes.count, 3);
    cr_assert_str_eq(parent_name(tree, "b"), "team");
}

Test(quota_forest, puts_parents_before_their_children)
{
    auto_quota_draft struct quota_draft draft = {0};

    draft_company(&draft);
    auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
    cr_assert_eq(forest->trees.count, 2, "the Cohort without members has a tree, too");
    const struct quota_tree *tree = draft_tree(forest, "train");
    cr_assert_str_eq(tree->nodes.items[0].name, "company");
    array_for_each(node, &tree->nodes) {
        cr_assert_lt(node->parent, node - tree->nodes.items);
    }
    cr_assert_null(tree->nodes.items[0].cohort, "only named");
    cr_assert_eq(get_node(tree, "company")->height, 3);
    cr_assert_eq(get_node(tree, "research")->height, 2);
    cr_assert_eq(get_node(tree, "vision")->height, 1);
    cr_assert_eq(get_node(forest->trees.items[0], "alone")->height, 1);
    cr_assert_str_eq(parent_name(tree, "vision"), "research");
}

Test(quota_forest, finds_every_queue_by_name)
{
    auto_quota_draft struct quota_draft draft = {0};

    draft_company(&draft);
    auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
    array_for_each(queue, &draft.queues) {
        const struct quota_leaf *leaf = quota_forest_find(forest, (*queue)->name);
        cr_assert_not_null(leaf);
        cr_assert_eq(forest->trees.items[leaf->tree]->nodes.items[leaf->node].queue, *queue);
    }
    cr_assert_null(quota_forest_find(forest, "company"), "no ClusterQueue");
    cr_assert_null(quota_forest_find(forest, "zzz"));
}

Test(quota_forest, keeps_the_queues_that_it_was_made_of)
{
    struct quota_draft draft = {0};

    draft_company(&draft);
    auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
    quota_draft_release(&draft);
    cr_assert_str_eq(quota_forest_find(forest, "sales")->name, "sales");
}

/* Pairs of Cohort and parent, and whether the tree of ClusterQueue "a" in Cohort "A" is cyclic. */
static const struct cycle_case {
    const char *parents[4][2];
    bool is_cyclic;
} cycle_cases[] = {
    {{{"A", NULL}}, false},
    {{{"A", "B"}, {"B", "C"}}, false},
    {{{"A", "A"}}, true},
    {{{"A", "B"}, {"B", "A"}}, true},
    {{{"A", "B"}, {"B", "C"}, {"C", "B"}}, true},
    {{{"A", "D"}, {"B", "C"}, {"C", "D"}, {"D", "B"}}, true},
    {{{"B", "A"}, {"C", "C"}}, false},
};

Test(quota_forest, admits_nothing_where_cohorts_are_their_own_parents)
{
    for (size_t i = 0; i < ARRAY_LENGTH(cycle_cases); i++) {
        const struct cycle_case *test = &cycle_cases[i];
        auto_quota_draft struct quota_draft draft = {0};
        auto_quota_usage struct quota_usage usage = {0};
        struct quota_amounts one = {0};

        for (size_t k = 0; k < 4 && test->parents[k][0] != NULL; k++) {
            draft_cohort(&draft, test->parents[k][0], test->parents[k][1]);
        }
        draft_quota(&draft_queue(&draft, "a", "A")->resource_groups, "l4", GPU, 4, UNSET, UNSET);
        auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
        const struct quota_leaf *leaf = quota_forest_find(forest, "a");
        const struct quota_tree *tree = forest->trees.items[leaf->tree];
        quota_usage_init(&usage, tree);
        quota_amounts_add(&one, 0, 1);
        cr_assert_eq(tree->is_cyclic, test->is_cyclic, "case %zu", i);
        cr_assert_eq(quota_usage_available(&usage, leaf->node, 0), test->is_cyclic ? 0 : 4);
        cr_assert_eq(quota_tree_potential(tree, leaf->node, 0), test->is_cyclic ? 0 : 4);
        cr_assert_eq(quota_usage_fits(&usage, leaf->node, &one), !test->is_cyclic);
        quota_usage_add(&usage, leaf->node, &one);
        cr_assert_eq(quota_usage_get(&usage, leaf->node, 0), 1, "what runs still counts");
        array_release(&one);
    }
}

static void draft_cluster(struct quota_draft *draft, int queues, int cohorts)
{
    for (int i = 0; i < queues; i++) {
        auto_free char *name = text_format("queue-%d", i);
        auto_free char *cohort = text_format("cohort-%d", i % cohorts);
        struct cluster_queue *queue = draft_queue(draft, name, cohort);

        draft_quota(&queue->resource_groups, "l4", GPU, 4, 2, UNSET);
        draft_quota(&queue->resource_groups, "l4", "cpu", 64000, UNSET, UNSET);
        draft_quota(&queue->resource_groups, "a100", GPU, 2, UNSET, 1);
        draft_quota(&queue->resource_groups, "a100", "cpu", 32000, UNSET, UNSET);
    }
}

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

Test(quota_forest, builds_a_thousand_queues_in_no_time)
{
    auto_quota_draft struct quota_draft draft = {0};

    draft_cluster(&draft, 1000, 10);
    double began_ms = now_ms();
    auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
    double took_ms = now_ms() - began_ms;
    cr_log_info("%.2f ms", took_ms);
    cr_assert_eq(forest->trees.count, 10);
    cr_assert_eq(forest->trees.items[0]->cells.count, 4);
    cr_assert_lt(took_ms, 50, "%.1f ms: ten times what it should be", took_ms);
}

Test(quota_forest, follows_a_chain_of_ten_thousand_cohorts)
{
    auto_quota_draft struct quota_draft draft = {0};
    auto_quota_usage struct quota_usage usage = {0};
    struct quota_amounts one = {0};

    for (int i = 1; i < 10000; i++) {
        auto_free char *name = text_format("cohort-%d", i);
        auto_free char *parent = text_format("cohort-%d", i - 1);
        draft_cohort(&draft, name, parent);
    }
    draft_quota(&draft_queue(&draft, "a", "cohort-9999")->resource_groups, "l4", GPU, 4, UNSET,
                UNSET);
    auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
    const struct quota_leaf *leaf = quota_forest_find(forest, "a");
    quota_usage_init(&usage, forest->trees.items[leaf->tree]);
    quota_amounts_add(&one, 0, 1);
    quota_usage_add(&usage, leaf->node, &one);
    cr_assert_eq(quota_usage_available(&usage, leaf->node, 0), 3);
    cr_assert_eq(usage.tree->nodes.items[0].height, 10000);
    array_release(&one);
}
