/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/policy/rules/quota_draft.h"

#define GPU "nvidia.com/gpu"

Test(quota_tree, finds_every_cell_of_any_node)
{
    auto_quota_draft struct quota_draft draft = {0};
    static const char *const flavors[] = {"l4", "a100", "h200"};
    struct cluster_queue *queue = draft_queue(&draft, "a", "team");

    draft_quota(&queue->resource_groups, "l4", GPU, 4, UNSET, UNSET);
    draft_quota(&queue->resource_groups, "l4", "cpu", 8, UNSET, UNSET);
    draft_quota(&draft_queue(&draft, "b", "team")->resource_groups, "a100", GPU, 4, UNSET, UNSET);
    draft_quota(&draft_cohort(&draft, "team", NULL)->resource_groups, "h200", GPU, 2, UNSET, UNSET);
    auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
    const struct quota_tree *tree = forest->trees.items[0];
    cr_assert_eq(tree->cells.count, 4);
    for (size_t i = 0; i < ARRAY_LENGTH(flavors); i++) {
        int cell = quota_tree_find_cell(tree, flavors[i], GPU);
        cr_assert_geq(cell, 0);
        cr_assert_str_eq(tree->cells.items[cell].flavor, flavors[i]);
        cr_assert_str_eq(tree->cells.items[cell].resource, GPU);
    }
    cr_assert_eq(quota_tree_find_cell(tree, "a100", "cpu"), QUOTA_NO_CELL);
    cr_assert_eq(quota_tree_find_cell(tree, "t4", GPU), QUOTA_NO_CELL);
    int cpu = quota_tree_find_cell(tree, "l4", "cpu");
    cr_assert(quota_tree_limit(tree, draft_number(tree, "a"), cpu)->is_defined);
    cr_assert_not(quota_tree_limit(tree, draft_number(tree, "b"), cpu)->is_defined);
}

Test(quota_tree, sums_up_what_is_below)
{
    auto_quota_draft struct quota_draft draft = {0};
    static const struct sum {
        const char *name;
        int64_t subtree;
        int64_t local;
        int64_t potential;
    } sums[] = {
        {"train", 4, 0, 12},     {"notebooks", 3, 0, 12}, {"vision", 5, 0, 12},
        {"research", 10, 7, 12}, {"sales", 5, 0, 8},      {"company", 8, 0, 8},
    };

    draft_company(&draft);
    auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
    const struct quota_tree *tree = draft_tree(forest, "train");
    for (size_t i = 0; i < ARRAY_LENGTH(sums); i++) {
        const struct sum *sum = &sums[i];
        int node = draft_number(tree, sum->name);
        cr_expect_eq(quota_tree_limit(tree, node, 0)->subtree, sum->subtree, "%s", sum->name);
        cr_expect_eq(quota_tree_limit(tree, node, 0)->local, sum->local, "%s", sum->name);
        cr_expect_eq(quota_tree_potential(tree, node, 0), sum->potential, "%s", sum->name);
    }
}
