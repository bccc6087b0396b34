/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/policy/rules/quota_draft.h"

#define GPU "nvidia.com/gpu"

static void take(struct quota_usage *usage, const char *queue, int64_t amount)
{
    struct quota_amounts amounts = {0};

    quota_amounts_add(&amounts, 0, amount);
    quota_usage_add(usage, draft_number(usage->tree, queue), &amounts);
    array_release(&amounts);
}

static void give_back(struct quota_usage *usage, const char *queue, int64_t amount)
{
    struct quota_amounts amounts = {0};

    quota_amounts_add(&amounts, 0, amount);
    quota_usage_subtract(usage, draft_number(usage->tree, queue), &amounts);
    array_release(&amounts);
}

/* The arithmetic: two ClusterQueues "a" and "b" below Cohort "team" with quota of its own. */

static const struct limits_case {
    const char *what;
    int64_t a[3]; /* nominal, borrowing limit, lending limit */
    int64_t b[3];
    int64_t team;
    int64_t a_used;
    int64_t b_used;
    int64_t a_available;
    int64_t a_potential;
    int64_t team_used;
    bool a_is_borrowing;
} limits_cases[] = {
    {"all is shared", {4, UNSET, UNSET}, {2, UNSET, UNSET}, 0, 0, 0, 6, 6, 0, false},
    {"and counted once", {4, UNSET, UNSET}, {2, UNSET, UNSET}, 0, 3, 2, 1, 6, 5, false},
    {"the Cohort's own quota, too", {4, UNSET, UNSET}, {2, UNSET, UNSET}, 3, 5, 0, 4, 9, 5, true},
    {"up to the borrowing limit", {4, 1, UNSET}, {2, UNSET, UNSET}, 0, 3, 0, 2, 5, 3, false},
    {"the borrowing limit is reached", {4, 1, UNSET}, {2, UNSET, UNSET}, 0, 5, 0, 0, 5, 5, true},
    {"no borrowing at all", {4, 0, UNSET}, {2, UNSET, UNSET}, 0, 1, 0, 3, 4, 1, false},
    {"others lend no more than that", {4, UNSET, UNSET}, {3, UNSET, 1}, 0, 4, 0, 1, 5, 4, false},
    {"others lend nothing", {4, UNSET, UNSET}, {3, UNSET, 0}, 0, 4, 0, 0, 4, 4, false},
    {"what it does not lend is its own", {4, UNSET, 1}, {2, UNSET, UNSET}, 0, 0, 3, 3, 6, 3, false},
    {"and is used first", {4, UNSET, 1}, {2, UNSET, UNSET}, 0, 2, 0, 4, 6, 0, false},
    {"before what it lends", {4, UNSET, 1}, {2, UNSET, UNSET}, 0, 4, 0, 2, 6, 1, false},
    {"both limits", {4, 1, 2}, {4, UNSET, UNSET}, 0, 3, 0, 2, 5, 1, false},
    {"others borrowed its quota", {4, UNSET, UNSET}, {2, UNSET, UNSET}, 0, 1, 5, 0, 6, 6, false},
    {"too much is taken", {4, UNSET, UNSET}, {2, UNSET, UNSET}, 0, 3, 5, -2, 6, 8, false},
    {"no quota, only borrowed", {0, UNSET, UNSET}, {2, UNSET, UNSET}, 0, 1, 0, 1, 2, 1, true},
};

Test(quota_usage, knows_what_is_available)
{
    for (size_t i = 0; i < ARRAY_LENGTH(limits_cases); i++) {
        const struct limits_case *test = &limits_cases[i];
        auto_quota_draft struct quota_draft draft = {0};
        auto_quota_usage struct quota_usage usage = {0};

        draft_quota(&draft_queue(&draft, "a", "team")->resource_groups, "l4", GPU, test->a[0],
                    test->a[1], test->a[2]);
        draft_quota(&draft_queue(&draft, "b", "team")->resource_groups, "l4", GPU, test->b[0],
                    test->b[1], test->b[2]);
        draft_quota(&draft_cohort(&draft, "team", NULL)->resource_groups, "l4", GPU, test->team,
                    UNSET, UNSET);
        auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
        const struct quota_tree *tree = forest->trees.items[0];
        int a = draft_number(tree, "a");
        quota_usage_init(&usage, tree);
        take(&usage, "a", test->a_used);
        take(&usage, "b", test->b_used);
        cr_expect_eq(quota_usage_available(&usage, a, 0), test->a_available, "%s: %ld", test->what,
                     quota_usage_available(&usage, a, 0));
        cr_expect_eq(quota_tree_potential(tree, a, 0), test->a_potential, "%s: %ld", test->what,
                     quota_tree_potential(tree, a, 0));
        cr_expect_eq(quota_usage_get(&usage, 0, 0), test->team_used, "%s: %ld", test->what,
                     quota_usage_get(&usage, 0, 0));
        cr_expect_eq(quota_usage_is_borrowing(&usage, a, 0), test->a_is_borrowing, "%s",
                     test->what);
        give_back(&usage, "a", test->a_used);
        give_back(&usage, "b", test->b_used);
        cr_expect_eq(quota_usage_get(&usage, 0, 0), 0, "%s", test->what);
    }
}

static const struct level_case {
    const char *what;
    int64_t train_used;
    int64_t notebooks_used;
    int64_t amount;
    int level;
} level_cases[] = {
    {"within its own quota", 0, 0, 4, 0}, {"from the Cohort next to it", 4, 0, 1, 1},
    {"from the one above", 5, 0, 1, 2},   {"because that one is in use", 5, 3, 2, 2},
    {"from the root", 5, 3, 3, 3},        {"more than there is", 0, 0, 100, 3},
    {"nothing more", 4, 0, 0, 0},
};

Test(quota_usage, tells_how_far_up_it_borrows)
{
    for (size_t i = 0; i < ARRAY_LENGTH(level_cases); i++) {
        const struct level_case *test = &level_cases[i];
        auto_quota_draft struct quota_draft draft = {0};
        auto_quota_usage struct quota_usage usage = {0};

        draft_company(&draft);
        auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
        const struct quota_leaf *train = quota_forest_find(forest, "train");

        quota_usage_init(&usage, forest->trees.items[train->tree]);
        take(&usage, "train", test->train_used);
        take(&usage, "notebooks", test->notebooks_used);
        int level = quota_usage_borrowing_level(&usage, train->node, 0, test->amount);
        cr_expect_eq(level, test->level, "%s: %d", test->what, level);
    }
}

Test(quota_usage, charges_cohorts_only_with_what_is_lent)
{
    auto_quota_draft struct quota_draft draft = {0};
    auto_quota_usage struct quota_usage usage = {0};
    auto_quota_usage struct quota_usage copy = {0};

    draft_company(&draft);
    auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
    const struct quota_leaf *train = quota_forest_find(forest, "train");
    const struct quota_tree *tree = forest->trees.items[train->tree];

    quota_usage_init(&usage, tree);
    take(&usage, "train", 6);
    cr_assert_eq(quota_usage_charge(&usage, train->node, train->node, 0, 3), 3);
    cr_assert_eq(quota_usage_charge(&usage, train->node, draft_number(tree, "research"), 0, 3), 3);
    cr_assert_eq(quota_usage_charge(&usage, train->node, 0, 0, 3), 2, "it keeps seven");
    cr_assert_eq(quota_usage_charge(&usage, train->node, 0, 0, 1), 0);
    quota_usage_copy(&usage, &copy);
    take(&copy, "train", 3);
    cr_assert_eq(quota_usage_get(&copy, 0, 0), 2);
    cr_assert_eq(quota_usage_get(&usage, 0, 0), 0, "the copy is a value of its own");
}

Test(quota_usage, fits_all_amounts_or_none)
{
    auto_quota_draft struct quota_draft draft = {0};
    auto_quota_usage struct quota_usage usage = {0};
    struct quota_amounts amounts = {0};
    struct cluster_queue *queue = draft_queue(&draft, "a", NULL);

    draft_quota(&queue->resource_groups, "l4", "cpu", 8, UNSET, UNSET);
    draft_quota(&queue->resource_groups, "l4", GPU, 2, UNSET, UNSET);
    auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
    quota_usage_init(&usage, forest->trees.items[0]);
    cr_assert(quota_usage_fits(&usage, 0, &amounts), "nothing fits everywhere");
    quota_amounts_add(&amounts, quota_tree_find_cell(usage.tree, "l4", "cpu"), 4);
    quota_amounts_add(&amounts, quota_tree_find_cell(usage.tree, "l4", GPU), 2);
    quota_amounts_add(&amounts, quota_tree_find_cell(usage.tree, "l4", "cpu"), 4);
    quota_amounts_add(&amounts, quota_tree_find_cell(usage.tree, "t4", "cpu"), 1);
    cr_assert_eq(amounts.count, 2);
    cr_assert(quota_usage_fits(&usage, 0, &amounts));
    quota_amounts_add(&amounts, quota_tree_find_cell(usage.tree, "l4", GPU), 1);
    cr_assert_not(quota_usage_fits(&usage, 0, &amounts));
    array_release(&amounts);
}

Test(quota_usage, saturates_instead_of_wrapping)
{
    auto_quota_draft struct quota_draft draft = {0};
    auto_quota_usage struct quota_usage usage = {0};

    draft_quota(&draft_queue(&draft, "a", "team")->resource_groups, "l4", GPU, INT64_MAX, INT64_MAX,
                UNSET);
    draft_quota(&draft_queue(&draft, "b", "team")->resource_groups, "l4", GPU, INT64_MAX, 1, 2);
    draft_quota(&draft_queue(&draft, "c", "team")->resource_groups, "l4", GPU, 0, 1, UNSET);
    auto_quota_forest struct quota_forest *forest = draft_forest(&draft);
    const struct quota_tree *tree = forest->trees.items[0];
    quota_usage_init(&usage, tree);
    cr_assert_eq(quota_tree_limit(tree, 0, 0)->subtree, INT64_MAX);
    cr_assert_eq(quota_tree_potential(tree, draft_number(tree, "b"), 0), INT64_MAX);
    cr_assert_eq(quota_usage_available(&usage, draft_number(tree, "a"), 0), INT64_MAX);
    take(&usage, "a", INT64_MAX);
    take(&usage, "a", INT64_MAX);
    cr_assert_eq(quota_usage_available(&usage, draft_number(tree, "a"), 0), 0);
    cr_assert_eq(quota_usage_available(&usage, draft_number(tree, "b"), 0), INT64_MAX - 2);
    take(&usage, "c", INT64_MAX);
    cr_assert_lt(quota_usage_available(&usage, draft_number(tree, "c"), 0), 0);
    cr_assert_eq(quota_usage_borrowing_level(&usage, draft_number(tree, "c"), 0, INT64_MAX), 1);
}
