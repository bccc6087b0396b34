/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/rules/contest.h"
#include "tests/unit/policy/rules/world.h"

#define GPU "nvidia.com/gpu"

static struct world world;
static struct contest contest;
static struct quota_amounts one; /* GPU */

static void release(void)
{
    array_release(&one);
    contest_release(&contest);
    world_release(&world);
}

TestSuite(contest, .fini = release);

static void add_queue(const char *name, const char *cohort, int gpus)
{
    auto_free char *spec = text_format(
        "{cohortName: %s, resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: [{name: "
        "f, resources: [{name: nvidia.com/gpu, nominalQuota: %d}]}]}]}",
        cohort, gpus);

    world_add_queue(&world, name, spec);
}

/* Two queues in each of two cohorts below one root, and another queue at the root. */
static void make_contest(bool is_fair_sharing)
{
    static const char *const queues[] = {"left-a", "left-b", "right-a", "right-b", "top"};

    world_add_cohort(&world, "left", "{parentName: root}");
    world_add_cohort(&world, "right", "{parentName: root}");
    add_queue("left-a", "left", 2);
    add_queue("left-b", "left", 2);
    add_queue("right-a", "right", 2);
    add_queue("right-b", "right", 2);
    add_queue("top", "root", 12);
    contest_init(&contest, &world.usage, is_fair_sharing);
    for (size_t i = 0; i < ARRAY_LENGTH(queues); i++) {
        contest_add_line(&contest, world_node(&world, queues[i]));
    }
    contest_draw(&contest);
    quota_amounts_add(&one, world_cell(&world, "f", GPU), 1);
}

Test(contest, has_no_winner_where_nobody_stands)
{
    static const struct order_key order = {.uid = "a"};

    make_contest(false);
    cr_assert_eq(contest_find_winner(&contest), -1);
    contest_enter(&contest, 3, 0, &order, &one);
    cr_assert_eq(contest_find_winner(&contest), 3);
    contest_leave(&contest, 3);
    cr_assert_eq(contest_find_winner(&contest), -1);
}

Test(contest, of_no_lines_has_no_winner)
{
    add_queue("a", "all", 1);
    contest_init(&contest, &world.usage, false);
    contest_draw(&contest);
    cr_assert_eq(contest_find_winner(&contest), -1);
}

Test(contest, is_won_by_less_borrowing_then_priority_then_arrival)
{
    static const struct {
        int levels[3];
        struct order_key orders[3];
        int winner;
    } cases[] = {
        {{1, 0, 2}, {{9, 1, "a"}, {1, 9, "b"}, {9, 1, "c"}}, 1},
        {{0, 0, 1}, {{1, 1, "a"}, {2, 9, "b"}, {9, 1, "c"}}, 1},
        {{1, 1, 1}, {{1, 5, "a"}, {1, 4, "b"}, {1, 3, "c"}}, 2},
        {{1, 1, 1}, {{1, 5, "a"}, {1, 5, "b"}, {1, 5, "c"}}, 0},
    };

    make_contest(false);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        for (int line = 0; line < 3; line++) {
            contest_enter(&contest, line + 1, cases[i].levels[line], &cases[i].orders[line], &one);
        }
        cr_assert_eq(contest_find_winner(&contest), cases[i].winner + 1, "%zu", i);
    }
}

Test(contest, by_shares_is_decided_cohort_by_cohort)
{
    static const struct order_key early = {.arrival_us = 1, .uid = "early"};
    static const struct order_key late = {.arrival_us = 2, .uid = "late"};

    make_contest(true);
    world_use(&world, "left-a", "f", GPU, 4);
    world_use(&world, "left-b", "f", GPU, 3);
    world_use(&world, "right-a", "f", GPU, 6);
    contest_enter(&contest, 0, 0, &early, &one);
    contest_enter(&contest, 1, 0, &late, &one);
    cr_assert_eq(contest_find_winner(&contest), 1, "left-b has borrowed less than left-a");
    contest_enter(&contest, 2, 0, &early, &one);
    cr_assert_eq(contest_find_winner(&contest), 2, "right has borrowed less than left");
    contest_enter(&contest, 4, 0, &late, &one);
    cr_assert_eq(contest_find_winner(&contest), 4, "top has borrowed nothing");
    contest_leave(&contest, 4);
    world_use(&world, "right-a", "f", GPU, 2);
    contest_enter(&contest, 2, 0, &early, &one);
    cr_assert_eq(contest_find_winner(&contest), 1, "right has borrowed more than left");
}

Test(contest, by_equal_shares_is_decided_by_priority)
{
    static const struct order_key low = {.priority = 1, .uid = "low"};
    static const struct order_key high = {.priority = 2, .uid = "high"};

    make_contest(true);
    contest_enter(&contest, 0, 0, &low, &one);
    contest_enter(&contest, 3, 0, &high, &one);
    cr_assert_eq(contest_find_winner(&contest), 3);
}
