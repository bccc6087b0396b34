/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/fair_share.h"
#include "tests/unit/policy/rules/quota_draft.h"

#define GPU "nvidia.com/gpu"

/* A cluster and what is used in the tree of ClusterQueue "a". */
struct scene {
    struct quota_draft draft;
    struct quota_forest *forest;
    struct quota_usage usage;
};

/* A ClusterQueue with so many GPUs of the flavor l4. */
static struct cluster_queue *add_queue(struct scene *scene, const char *name, const char *cohort,
                                       int64_t gpus)
{
    struct cluster_queue *queue = draft_queue(&scene->draft, name, cohort);

    draft_quota(&queue->resource_groups, "l4", GPU, gpus, UNSET, UNSET);
    return queue;
}

static void plant(struct scene *scene)
{
    scene->forest = draft_forest(&scene->draft);
    const struct quota_leaf *leaf = quota_forest_find(scene->forest, "a");
    quota_usage_init(&scene->usage, scene->forest->trees.items[leaf->tree]);
}

static void scene_release(struct scene *scene)
{
    quota_usage_release(&scene->usage);
    quota_forest_unref(scene->forest);
    quota_draft_release(&scene->draft);
}

MEMORY_DEFINE_AUTO_RELEASE(scene)
#define auto_scene __attribute__((cleanup(scene_auto_release)))

static int number_of(const struct scene *scene, const char *name)
{
    return draft_number(scene->usage.tree, name);
}

static struct quota_amounts amounts_of(const struct scene *scene, const char *flavor,
                                       const char *resource, int64_t amount)
{
    struct quota_amounts amounts = {0};

    quota_amounts_add(&amounts, quota_tree_find_cell(scene->usage.tree, flavor, resource), amount);
    return amounts;
}

static void take(struct scene *scene, const char *queue, const char *flavor, const char *resource,
                 int64_t amount)
{
    struct quota_amounts amounts = amounts_of(scene, flavor, resource, amount);

    quota_usage_add(&scene->usage, number_of(scene, queue), &amounts);
    array_release(&amounts);
}

static int64_t share_of(const struct scene *scene, const char *name)
{
    int node = number_of(scene, name);

    return fair_share_evaluate(&scene->usage, node, node, NULL);
}

/* The share of the node if the ClusterQueue took so many GPUs more. */
static int64_t share_with(const struct scene *scene, const char *name, const char *queue,
                          int64_t gpus)
{
    struct quota_amounts more = amounts_of(scene, "l4", GPU, gpus);
    int64_t share =
        fair_share_evaluate(&scene->usage, number_of(scene, name), number_of(scene, queue), &more);

    array_release(&more);
    return share;
}

/* Which of two ClusterQueues goes first if each takes so many GPUs more. */
static int compare(const struct scene *scene, const char *left, int64_t left_gpus,
                   const char *right, int64_t right_gpus)
{
    struct quota_amounts left_more = amounts_of(scene, "l4", GPU, left_gpus);
    struct quota_amounts right_more = amounts_of(scene, "l4", GPU, right_gpus);
    int order = fair_share_compare(&scene->usage, number_of(scene, left), &left_more,
                                   number_of(scene, right), &right_more);
    int mirrored = fair_share_compare(&scene->usage, number_of(scene, right), &right_more,
                                      number_of(scene, left), &left_more);

    cr_assert_eq(order, -mirrored);
    array_release(&left_more);
    array_release(&right_more);
    return order;
}

/* ClusterQueue "a" with four GPUs of the ten of its Cohort. */
static const struct share_case {
    const char *what;
    int64_t used;
    int64_t more;
    int64_t weight_milli;
    int64_t share;
} share_cases[] = {
    {"nothing is used", 0, 0, 1000, 0},
    {"its own quota is no share", 4, 0, 1000, 0},
    {"one of ten", 5, 0, 1000, 100},
    {"one of ten that it asks for", 4, 1, 1000, 100},
    {"what it asks for is its own", 2, 2, 1000, 0},
    {"part of what it asks for is its own", 2, 5, 1000, 300},
    {"all that others have", 10, 0, 1000, 600},
    {"twice the weight, half the share", 6, 0, 2000, 100},
    {"half the weight, twice the share", 6, 0, 500, 400},
    {"the smallest weight", 6, 0, 1, 200000},
    {"rounded down", 7, 0, 7000, 42},
    {"weight zero that borrows nothing", 4, 0, 0, 0},
    {"weight zero that borrows", 5, 0, 0, FAIR_SHARE_INFINITE},
    {"weight zero that would borrow", 4, 1, 0, FAIR_SHARE_INFINITE},
};

Test(fair_share, is_what_is_borrowed_of_what_there_is_by_weight)
{
    for (size_t i = 0; i < ARRAY_LENGTH(share_cases); i++) {
        const struct share_case *test = &share_cases[i];
        auto_scene struct scene scene = {0};

        add_queue(&scene, "a", "team", 4)->fair_weight_milli = test->weight_milli;
        add_queue(&scene, "b", "team", 6);
        plant(&scene);
        take(&scene, "a", "l4", GPU, test->used);
        int64_t share = share_with(&scene, "a", "a", test->more);
        cr_expect_eq(share, test->share, "%s: %ld", test->what, share);
        cr_expect_eq(share_of(&scene, "team"), 0, "a root has none");
    }
}

Test(fair_share, is_none_without_a_cohort)
{
    auto_scene struct scene scene = {0};

    add_queue(&scene, "a", NULL, 4)->fair_weight_milli = 0;
    plant(&scene);
    take(&scene, "a", "l4", GPU, 9);
    cr_assert_eq(share_of(&scene, "a"), 0);
}

Test(fair_share, counts_only_what_others_lend)
{
    auto_scene struct scene scene = {0};

    add_queue(&scene, "a", "team", 4);
    draft_quota(&draft_queue(&scene.draft, "b", "team")->resource_groups, "l4", GPU, 6, UNSET, 1);
    plant(&scene);
    take(&scene, "a", "l4", GPU, 5);
    cr_assert_eq(share_of(&scene, "a"), 200, "one of five");
}

Test(fair_share, sums_up_the_flavors_of_a_resource)
{
    auto_scene struct scene scene = {0};

    add_queue(&scene, "a", "team", 4);
    draft_quota(&add_queue(&scene, "b", "team", 6)->resource_groups, "a100", GPU, 10, UNSET, UNSET);
    plant(&scene);
    take(&scene, "a", "l4", GPU, 5);
    cr_assert_eq(share_of(&scene, "a"), 50, "one of twenty");
    take(&scene, "a", "a100", GPU, 3);
    cr_assert_eq(share_of(&scene, "a"), 200, "what is left of one flavor is no help in another");
}

Test(fair_share, is_that_of_the_resource_where_it_is_largest)
{
    auto_scene struct scene scene = {0};

    draft_quota(&add_queue(&scene, "a", "team", 4)->resource_groups, "l4", "cpu", 1000, UNSET,
                UNSET);
    draft_quota(&add_queue(&scene, "b", "team", 6)->resource_groups, "l4", "cpu", 1000, UNSET,
                UNSET);
    plant(&scene);
    take(&scene, "a", "l4", GPU, 5);
    cr_assert_eq(share_of(&scene, "a"), 100);
    take(&scene, "a", "l4", "cpu", 1500);
    cr_assert_eq(share_of(&scene, "a"), 250);
    take(&scene, "a", "l4", GPU, 4);
    cr_assert_eq(share_of(&scene, "a"), 500);
}

Test(fair_share, ignores_what_nobody_can_lend_any_more)
{
    auto_scene struct scene scene = {0};

    add_queue(&scene, "a", "team", 0);
    add_queue(&scene, "b", "team", 0);
    plant(&scene);
    take(&scene, "a", "l4", GPU, 5);
    cr_assert_eq(share_of(&scene, "a"), 0);
}

/* company > research (4 by itself) > a, b; company > sales > c, d. */
static void plant_company(struct scene *scene)
{
    struct cohort *research = draft_cohort(&scene->draft, "research", "company");

    draft_cohort(&scene->draft, "sales", "company");
    draft_quota(&research->resource_groups, "l4", GPU, 4, UNSET, UNSET);
    add_queue(scene, "a", "research", 2);
    add_queue(scene, "b", "research", 2);
    add_queue(scene, "c", "sales", 4);
    add_queue(scene, "d", "sales", 8);
    plant(scene);
}

Test(fair_share, of_a_cohort_counts_what_it_borrows_itself)
{
    auto_scene struct scene scene = {0};

    plant_company(&scene);
    take(&scene, "a", "l4", GPU, 6);
    cr_assert_eq(share_of(&scene, "a"), 200, "four of twenty");
    cr_assert_eq(share_of(&scene, "research"), 0, "within its eight");
    cr_assert_eq(share_with(&scene, "research", "b", 2), 0);
    cr_assert_eq(share_with(&scene, "research", "b", 3), 50, "one of twenty");
    cr_assert_eq(share_with(&scene, "research", "a", 3), 50);
}

Test(fair_share, lets_the_smaller_share_go_first)
{
    auto_scene struct scene scene = {0};

    plant_company(&scene);
    cr_assert_eq(compare(&scene, "a", 1, "b", 2), 0, "neither borrows");
    cr_assert_lt(compare(&scene, "a", 2, "b", 3), 0);
    cr_assert_lt(compare(&scene, "a", 3, "b", 4), 0);
    take(&scene, "b", "l4", GPU, 1);
    cr_assert_lt(compare(&scene, "a", 3, "b", 3), 0, "the other holds more");
    cr_assert_eq(compare(&scene, "a", 4, "b", 3), 0);
}

Test(fair_share, compares_below_the_lowest_common_cohort)
{
    auto_scene struct scene scene = {0};

    plant_company(&scene);
    take(&scene, "c", "l4", GPU, 7);
    cr_assert_gt(share_of(&scene, "c"), share_of(&scene, "a"));
    cr_assert_eq(compare(&scene, "a", 1, "c", 1), 0, "neither of their Cohorts borrows");
    take(&scene, "b", "l4", GPU, 8);
    cr_assert_gt(compare(&scene, "a", 1, "c", 1), 0, "research would, though a would not");
    cr_assert_lt(compare(&scene, "a", 1, "b", 1), 0);
    cr_assert_gt(compare(&scene, "c", 1, "d", 1), 0);
}

Test(fair_share, tells_apart_what_is_less_than_a_thousandth)
{
    auto_scene struct scene scene = {0};

    add_queue(&scene, "a", "team", 0);
    add_queue(&scene, "b", "team", 0);
    add_queue(&scene, "c", "team", 1000000);
    plant(&scene);
    cr_assert_eq(share_with(&scene, "a", "a", 1), 0);
    cr_assert_eq(share_with(&scene, "b", "b", 2), 0);
    cr_assert_lt(compare(&scene, "a", 1, "b", 2), 0);
}

Test(fair_share, lets_weight_zero_borrow_last)
{
    auto_scene struct scene scene = {0};

    add_queue(&scene, "a", "team", 1)->fair_weight_milli = 0;
    add_queue(&scene, "b", "team", 1)->fair_weight_milli = 0;
    add_queue(&scene, "c", "team", 8)->fair_weight_milli = 1;
    plant(&scene);
    cr_assert_eq(compare(&scene, "a", 1, "c", 8), 0, "its own quota it has like anybody");
    cr_assert_gt(compare(&scene, "a", 2, "c", 10), 0);
    cr_assert_lt(compare(&scene, "a", 2, "b", 3), 0, "of two such the one that borrows less");
}

Test(fair_share, does_not_overflow)
{
    auto_scene struct scene scene = {0};

    add_queue(&scene, "a", "team", 1)->fair_weight_milli = 1;
    add_queue(&scene, "b", "team", INT64_MAX);
    add_queue(&scene, "c", "team", 0)->fair_weight_milli = 1000000000;
    plant(&scene);
    take(&scene, "a", "l4", GPU, INT64_MAX);
    cr_assert_eq(share_of(&scene, "a"), 999999, "all of it, times a thousand");
    cr_assert_eq(share_with(&scene, "a", "a", INT64_MAX), 999999);
    cr_assert_eq(share_with(&scene, "c", "c", INT64_MAX), 0);
    cr_assert_lt(compare(&scene, "c", INT64_MAX, "a", 1), 0);
}
