/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/world.h"

#define GPU "nvidia.com/gpu"

static struct world world;
static struct placement placement;
static struct pod_set_list pod_sets;
static struct assignment assignment;

static void clear(void)
{
    assignment_release(&assignment);
    pod_set_list_release(&pod_sets);
    placement_release(&placement);
    world_release(&world);
    memset(&world, 0, sizeof world);
}

TestSuite(flavor_fit, .fini = clear);

/* `main` with a nominal quota of 2, and another queue of 4, in one cohort. */
static void make_queues(const char *own_limits, const char *other_limits)
{
    static const char form[] =
        "{cohortName: all, resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: [{name: "
        "l4, resources: [{name: nvidia.com/gpu, nominalQuota: %d%s}]}]}]}";
    auto_free char *other = text_format(form, 4, other_limits);
    auto_free char *own = text_format(form, 2, own_limits);

    world_add_flavor(&world, "l4", "{nodeLabels: {pool: l4}}");
    world_add_queue(&world, "other", other);
    world_add_queue(&world, "main", own);
}

static void add_pods(const char *name, int64_t count, int gpus)
{
    auto_free char *spec =
        text_format("{containers: [{resources: {limits: {nvidia.com/gpu: %d}}}]}", gpus);

    add_pod_set(&pod_sets, name, count, spec);
}

static void assign(const struct quota_usage *promised)
{
    const struct flavor_state state = {
        .rules = world.rules,
        .node = world_node(&world, "main"),
        .usage = &world.usage,
        .promised = promised,
        .placement = placement.nodes.count > 0 ? &placement : NULL,
        .holders = &world.holders,
    };
    const struct flavor_request request = {
        .pod_sets = &pod_sets,
        .order = {.priority = 10, .arrival_us = 100, .uid = "new"},
    };

    assignment_release(&assignment);
    flavors_assign(&state, &request, &assignment);
}

static void add_node(const char *name, int gpus, int used, bool is_ready)
{
    auto_string_map struct string_map labels = {0};
    auto_resources struct resources allocatable = {0};

    string_map_set(&labels, "pool", "l4");
    resources_set(&allocatable, GPU, gpus);
    struct placement_node *node =
        placement_add_node(&placement, name, &labels, NULL, is_ready, &allocatable);
    resources_set(&node->used, GPU, used);
}

Test(flavor_fit, keeps_to_the_limits_of_borrowing_and_lending)
{
    static const struct {
        const char *own_limits;
        const char *other_limits;
        int held;
        int held_by_other;
        int asked;
        enum assignment_mode mode;
        int borrowing_level;
        const char *reason; /* NULL: it fits */
    } cases[] = {
        {"", "", 0, 0, 2, ASSIGNMENT_FITS, 0, NULL},
        {"", "", 0, 0, 3, ASSIGNMENT_FITS, 1, NULL},
        {"", "", 0, 0, 6, ASSIGNMENT_FITS, 1, NULL},
        {"", "", 0, 0, 7, ASSIGNMENT_NEVER, 0, "ExceedsMaxQuota"},
        {"", "", 3, 0, 3, ASSIGNMENT_FITS, 1, NULL},
        {"", "", 3, 0, 4, ASSIGNMENT_WAITS, 1, "WaitingForQuota"},
        {"", "", 0, 5, 1, ASSIGNMENT_FITS, 0, NULL},
        {"", "", 0, 5, 2, ASSIGNMENT_WAITS, 0, "WaitingForQuota"},
        {", borrowingLimit: 1", "", 0, 0, 3, ASSIGNMENT_FITS, 1, NULL},
        {", borrowingLimit: 1", "", 0, 0, 4, ASSIGNMENT_NEVER, 0, "ExceedsMaxQuota"},
        {", borrowingLimit: 1", "", 2, 0, 2, ASSIGNMENT_WAITS, 1, "WaitingForQuota"},
        {", borrowingLimit: 0", "", 2, 0, 1, ASSIGNMENT_WAITS, 1, "WaitingForQuota"},
        {"", ", lendingLimit: 1", 0, 0, 3, ASSIGNMENT_FITS, 1, NULL},
        {"", ", lendingLimit: 1", 0, 0, 4, ASSIGNMENT_NEVER, 0, "ExceedsMaxQuota"},
        {"", ", lendingLimit: 0", 2, 0, 1, ASSIGNMENT_WAITS, 1, "WaitingForQuota"},
        {", lendingLimit: 0", "", 0, 4, 2, ASSIGNMENT_FITS, 0, NULL},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        make_queues(cases[i].own_limits, cases[i].other_limits);
        world_use(&world, "main", "l4", GPU, cases[i].held);
        world_use(&world, "other", "l4", GPU, cases[i].held_by_other);
        add_pods("main", 1, cases[i].asked);
        assign(NULL);
        cr_assert_eq(assignment.mode, cases[i].mode, "%zu: mode %d", i, assignment.mode);
        cr_assert_eq(assignment.borrowing_level, cases[i].borrowing_level, "%zu", i);
        cr_assert(text_equal(assignment.verdict.reason, cases[i].reason), "%zu", i);
        clear();
    }
}

Test(flavor_fit, tells_the_potential_as_the_maximum)
{
    make_queues(", borrowingLimit: 1", "");
    world_use(&world, "main", "l4", GPU, 2);
    add_pods("main", 1, 3);
    assign(NULL);
    cr_assert_str_eq(assignment.verdict.advice, "3 nvidia.com/gpu needed, 1 of 3 free in l4");
}

Test(flavor_fit, must_fit_in_what_is_promised_too)
{
    struct quota_amounts promised_amounts = {0};
    struct quota_usage promised;

    make_queues("", "");
    quota_usage_copy(&world.usage, &promised);
    quota_amounts_add(&promised_amounts, world_cell(&world, "l4", GPU), 5);
    quota_usage_add(&promised, world_node(&world, "other"), &promised_amounts);
    add_pods("main", 1, 2);
    assign(&promised);
    cr_assert_eq(assignment.mode, ASSIGNMENT_WAITS);
    cr_assert_str_eq(assignment.verdict.advice, "2 nvidia.com/gpu needed, 1 of 6 free in l4");
    pod_set_list_release(&pod_sets);
    add_pods("main", 1, 1);
    assign(&promised);
    cr_assert_eq(assignment.mode, ASSIGNMENT_FITS);
    array_release(&promised_amounts);
    quota_usage_release(&promised);
}

Test(flavor_fit, needs_a_place_on_the_nodes)
{
    static const struct {
        int nodes[3][2]; /* GPUs of each, and how many are taken */
        int64_t count;
        int gpus;
        int held; /* of a quota of 6 */
        enum assignment_mode mode;
        const char *reason;
    } cases[] = {
        {{{2, 0}, {2, 0}, {2, 0}}, 1, 2, 0, ASSIGNMENT_FITS, NULL},
        {{{2, 0}, {2, 0}, {2, 0}}, 3, 2, 0, ASSIGNMENT_FITS, NULL},
        {{{4, 3}, {2, 1}, {2, 1}}, 1, 3, 0, ASSIGNMENT_WAITS, "NoPlace"},
        {{{4, 3}, {2, 1}, {2, 1}}, 3, 1, 0, ASSIGNMENT_FITS, NULL},
        {{{4, 3}, {2, 1}, {2, 1}}, 4, 1, 0, ASSIGNMENT_WAITS, "NoPlace"},
        {{{2, 0}, {2, 0}, {2, 0}}, 1, 3, 0, ASSIGNMENT_NEVER, "NodeTooSmall"},
        {{{2, 0}, {1, 0}, {1, 0}}, 2, 2, 0, ASSIGNMENT_NEVER, "NodeTooSmall"},
        {{{2, 0}, {2, 0}, {2, 0}}, 1, 3, 5, ASSIGNMENT_NEVER, "NodeTooSmall"},
        {{{4, 0}, {2, 2}, {2, 2}}, 1, 4, 5, ASSIGNMENT_WAITS, "WaitingForQuota"},
        {{{4, 3}, {2, 2}, {2, 2}}, 1, 4, 5, ASSIGNMENT_WAITS, "WaitingForQuota"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        make_queues("", "");
        world_use(&world, "main", "l4", GPU, cases[i].held);
        for (int n = 0; n < 3; n++) {
            const char *const names[] = {"one", "two", "three"};
            add_node(names[n], cases[i].nodes[n][0], cases[i].nodes[n][1], true);
        }
        add_pods("main", cases[i].count, cases[i].gpus);
        assign(NULL);
        cr_assert_eq(assignment.mode, cases[i].mode, "%zu: mode %d", i, assignment.mode);
        cr_assert(text_equal(assignment.verdict.reason, cases[i].reason), "%zu: %s", i,
                  assignment.verdict.reason);
        cr_assert_eq(assignment.places.count, cases[i].mode == ASSIGNMENT_FITS ? 1 : 0);
        clear();
    }
}

Test(flavor_fit, tells_why_there_is_no_place)
{
    make_queues("", "");
    add_node("one", 4, 3, true);
    add_node("two", 4, 3, true);
    add_pods("main", 1, 4);
    assign(NULL);
    cr_assert_str_eq(assignment.verdict.message,
                     "couldn't assign flavors to pod set main: no node of flavor l4 has room for a "
                     "pod that asks 4 nvidia.com/gpu: 2 free on 2 nodes, at most 1 on one");
}

Test(flavor_fit, needs_ready_nodes)
{
    make_queues("", "");
    add_node("one", 4, 0, false);
    add_pods("main", 1, 1);
    assign(NULL);
    cr_assert_eq(assignment.mode, ASSIGNMENT_NEVER);
    cr_assert_str_eq(assignment.verdict.reason, "NoReadyNodes");
    cr_assert_str_eq(assignment.verdict.message,
                     "couldn't assign flavors to pod set main: flavor l4 has no ready node for the "
                     "pods");
}

Test(flavor_fit, counts_the_places_of_the_pod_sets_before)
{
    make_queues("", "");
    add_node("one", 2, 0, true);
    add_node("two", 2, 1, true);
    add_pods("a", 1, 2);
    add_pods("b", 1, 1);
    assign(NULL);
    cr_assert_eq(assignment.mode, ASSIGNMENT_FITS);
    cr_assert_eq(assignment.places.count, 2);
    cr_assert_eq(assignment.places.items[0].picks.items[0].node, 0);
    cr_assert_eq(assignment.places.items[1].picks.items[0].node, 1);
    add_pods("c", 1, 1);
    assign(NULL);
    cr_assert_eq(assignment.mode, ASSIGNMENT_WAITS);
    cr_assert_str_eq(assignment.verdict.reason, "NoPlace");
    cr_assert_eq(resources_get(&placement.nodes.items[0].used, GPU), 0, "the nodes are borrowed");
}

Test(flavor_fit, preempts_for_all_pod_sets_at_once)
{
    make_queues("", "");
    struct cluster_queue *queue = (struct cluster_queue *)world.rules.queue;
    queue->preemption.within_cluster_queue = PREEMPTION_LOWER_PRIORITY;
    world_use(&world, "other", "l4", GPU, 4);
    world_hold(&world, "main", "low", 1, "l4", GPU, 1);
    world_hold(&world, "main", "high", 99, "l4", GPU, 1);
    add_pods("a", 1, 1);
    assign(NULL);
    cr_assert_eq(assignment.mode, ASSIGNMENT_PREEMPTS);
    cr_assert_eq(assignment.victims.count, 1);
    cr_assert_not_null(assignment.admission);
    cr_assert_eq(assignment.borrowing_level, 0);
    add_pods("b", 1, 1);
    assign(NULL);
    cr_assert_eq(assignment.mode, ASSIGNMENT_WAITS, "one victim is not enough for both");
    cr_assert_eq(assignment.victims.count, 0);
    cr_assert_null(assignment.admission);
    cr_assert_str_eq(assignment.verdict.reason, "WaitingForQuota");
}
