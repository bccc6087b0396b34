/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/rules/flavor_fungibility.h"
#include "tests/unit/policy/rules/world.h"

#define GPU "nvidia.com/gpu"

static struct world world;
static struct pod_set_list pod_sets;
static struct assignment assignment;

/* Two flavors with one GPU each in `main`, and four in the other queue of the cohort. */
static void make_queues(const char *fungibility)
{
    static const char group[] =
        "resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: [{name: a, resources: "
        "[{name: nvidia.com/gpu, nominalQuota: %d}]}, {name: b, resources: [{name: nvidia.com/gpu, "
        "nominalQuota: %d}]}]}]";
    auto_free char *other_group = text_format(group, 4, 4);
    auto_free char *main_group = text_format(group, 1, 1);
    auto_free char *other = text_format("{cohortName: all, %s}", other_group);
    auto_free char *main_queue =
        text_format("{cohortName: all, preemption: {withinClusterQueue: LowerPriority}, "
                    "flavorFungibility: %s, %s}",
                    fungibility, main_group);

    world_add_flavor(&world, "a", "{}");
    world_add_flavor(&world, "b", "{}");
    world_add_queue(&world, "other", other);
    world_add_queue(&world, "main", main_queue);
}

static void clear(void)
{
    assignment_release(&assignment);
    pod_set_list_release(&pod_sets);
    world_release(&world);
    memset(&world, 0, sizeof world);
}

TestSuite(flavor_fungibility, .fini = clear);

static void assign_one_gpu(void)
{
    const struct flavor_state state = {
        .rules = world.rules,
        .node = world_node(&world, "main"),
        .usage = &world.usage,
        .holders = &world.holders,
    };
    const struct flavor_request request = {
        .pod_sets = &pod_sets,
        .order = {.priority = 10, .arrival_us = 100, .uid = "new"},
    };

    add_pod_set(&pod_sets, "main", 1, "{containers: [{resources: {limits: {nvidia.com/gpu: 1}}}]}");
    flavors_assign(&state, &request, &assignment);
}

Test(flavor_fungibility, decides_where_the_search_ends)
{
    static const struct {
        const char *fungibility;
        int held_by_main[2]; /* of each flavor, by a lower priority */
        int held_by_other[2];
        enum assignment_mode mode;
        const char *flavor;
        int borrowing_level;
    } cases[] = {
        {"{}", {0, 0}, {0, 0}, ASSIGNMENT_FITS, "a", 0},
        {"{}", {1, 0}, {0, 0}, ASSIGNMENT_FITS, "a", 1},
        {"{whenCanBorrow: Borrow}", {1, 0}, {0, 0}, ASSIGNMENT_FITS, "a", 1},
        {"{whenCanBorrow: MayStopSearch}", {1, 0}, {0, 0}, ASSIGNMENT_FITS, "a", 1},
        {"{whenCanBorrow: TryNextFlavor}", {1, 0}, {0, 0}, ASSIGNMENT_FITS, "b", 0},
        {"{whenCanBorrow: TryNextFlavor}", {1, 1}, {0, 0}, ASSIGNMENT_FITS, "a", 1},
        {"{whenCanBorrow: TryNextFlavor}", {1, 1}, {4, 0}, ASSIGNMENT_FITS, "b", 1},
        {"{}", {1, 0}, {4, 4}, ASSIGNMENT_FITS, "b", 0},
        {"{whenCanPreempt: TryNextFlavor}", {1, 0}, {4, 4}, ASSIGNMENT_FITS, "b", 0},
        {"{whenCanPreempt: Preempt}", {1, 0}, {4, 4}, ASSIGNMENT_PREEMPTS, "a", 0},
        {"{whenCanPreempt: MayStopSearch}", {1, 0}, {4, 4}, ASSIGNMENT_PREEMPTS, "a", 0},
        {"{whenCanPreempt: MayStopSearch}", {0, 0}, {4, 4}, ASSIGNMENT_FITS, "a", 0},
        {"{}", {1, 1}, {4, 4}, ASSIGNMENT_PREEMPTS, "a", 0},
        {"{}", {0, 1}, {5, 4}, ASSIGNMENT_PREEMPTS, "b", 0},
        {"{}", {0, 0}, {5, 5}, ASSIGNMENT_WAITS, NULL, 0},
        {"{whenCanBorrow: TryNextFlavor, whenCanPreempt: TryNextFlavor}",
         {1, 1},
         {4, 3},
         ASSIGNMENT_FITS,
         "b",
         1},
        {"{whenCanBorrow: TryNextFlavor, whenCanPreempt: TryNextFlavor, preference: "
         "BorrowingOverPreemption}",
         {1, 1},
         {4, 3},
         ASSIGNMENT_FITS,
         "b",
         1},
        {"{whenCanBorrow: TryNextFlavor, whenCanPreempt: TryNextFlavor, preference: "
         "PreemptionOverBorrowing}",
         {1, 1},
         {4, 3},
         ASSIGNMENT_PREEMPTS,
         "a",
         0},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        make_queues(cases[i].fungibility);
        for (int f = 0; f < 2; f++) {
            const char *flavor = f == 0 ? "a" : "b";
            if (cases[i].held_by_main[f] > 0) {
                world_hold(&world, "main", flavor, 1, flavor, GPU, cases[i].held_by_main[f]);
            }
            world_use(&world, "other", flavor, GPU, cases[i].held_by_other[f]);
        }
        assign_one_gpu();
        cr_assert_eq(assignment.mode, cases[i].mode, "%zu: mode %d", i, assignment.mode);
        cr_assert_eq(assignment.borrowing_level, cases[i].borrowing_level, "%zu: level %d", i,
                     assignment.borrowing_level);
        cr_assert_eq(assignment.admission != NULL, cases[i].flavor != NULL, "%zu", i);
        if (cases[i].flavor != NULL) {
            cr_assert_str_eq(assignment.admission->pod_sets.items[0].assignments.items[0].flavor,
                             cases[i].flavor, "%zu", i);
        }
        cr_assert_eq(assignment.victims.count, cases[i].mode == ASSIGNMENT_PREEMPTS ? 1 : 0);
        clear();
    }
}

Test(flavor_fungibility, prefers_what_is_nearer_to_a_start)
{
    static const struct {
        struct flavor_fit later;
        struct flavor_fit best;
        bool is_preferred;           /* by default */
        bool is_preferred_to_borrow; /* with PreemptionOverBorrowing */
    } cases[] = {
        {{.mode = ASSIGNMENT_WAITS}, {.mode = ASSIGNMENT_NEVER}, true, true},
        {{.mode = ASSIGNMENT_PREEMPTS}, {.mode = ASSIGNMENT_WAITS}, true, true},
        {{.mode = ASSIGNMENT_PREEMPTS, .is_reclaim = true},
         {.mode = ASSIGNMENT_PREEMPTS},
         true,
         true},
        {{.mode = ASSIGNMENT_FITS}, {.mode = ASSIGNMENT_PREEMPTS, .is_reclaim = true}, true, true},
        {{.mode = ASSIGNMENT_FITS}, {.mode = ASSIGNMENT_FITS}, false, false},
        {{.mode = ASSIGNMENT_FITS, .borrowing_level = 1},
         {.mode = ASSIGNMENT_FITS, .borrowing_level = 2},
         true,
         true},
        {{.mode = ASSIGNMENT_FITS, .borrowing_level = 1},
         {.mode = ASSIGNMENT_PREEMPTS},
         true,
         false},
        {{.mode = ASSIGNMENT_PREEMPTS},
         {.mode = ASSIGNMENT_FITS, .borrowing_level = 1},
         false,
         true},
        {{.mode = ASSIGNMENT_WAITS}, {.mode = ASSIGNMENT_FITS, .borrowing_level = 1}, false, false},
        {{.mode = ASSIGNMENT_WAITS}, {.mode = ASSIGNMENT_WAITS, .borrowing_level = 1}, true, true},
    };
    const struct flavor_fungibility by_default = {0};
    const struct flavor_fungibility preempting = {.prefers_preemption = true};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        cr_assert_eq(flavor_fungibility_prefers(&by_default, &cases[i].later, &cases[i].best),
                     cases[i].is_preferred, "%zu", i);
        cr_assert_eq(flavor_fungibility_prefers(&preempting, &cases[i].later, &cases[i].best),
                     cases[i].is_preferred_to_borrow, "%zu", i);
    }
}
