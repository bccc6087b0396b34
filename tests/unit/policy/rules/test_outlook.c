/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/pass_world.h"

#define GPU "nvidia.com/gpu"
#define RECLAIMS "preemption: {reclaimWithinCohort: Any},"
#define PREEMPTS "preemption: {withinClusterQueue: LowerPriority},"

static struct pass_world pass;
static struct world *const world = &pass.world;

static void make_flavor(void)
{
    world_add_flavor(world, "l4", "{nodeLabels: {pool: l4}}");
}

static void release(void)
{
    if (pass.pass.placement != NULL) {
        placement_release(pass.pass.placement);
        free(pass.pass.placement);
    }
    pass_world_release(&pass);
}

TestSuite(outlook, .init = make_flavor, .fini = release);

static void add_queue(const char *name, int gpus, const char *fields)
{
    auto_free char *spec = text_format(
        "{cohortName: all, %s resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: "
        "[{name: l4, resources: [{name: nvidia.com/gpu, nominalQuota: %d}]}]}]}",
        fields, gpus);

    world_add_queue(world, name, spec);
}

static void add_node(const char *name, int gpus, int used)
{
    auto_string_map struct string_map labels = {0};
    auto_resources struct resources allocatable = {0};

    if (pass.pass.placement == NULL) {
        pass.pass.placement = memory_allocate(sizeof *pass.pass.placement);
    }
    string_map_set(&labels, "pool", "l4");
    resources_set(&allocatable, GPU, gpus);
    struct placement_node *node =
        placement_add_node(pass.pass.placement, name, &labels, NULL, true, &allocatable);
    resources_set(&node->used, GPU, used);
}

/* A holder whose pods are on the node. */
static struct holder *hold_on_node(const char *uid, int64_t priority, int gpus, int node)
{
    struct holder *holder = world_hold(world, "main", uid, priority, "l4", GPU, gpus);
    struct holder_place place = {0};

    resources_set(&place.requests, GPU, gpus);
    array_append(&place.picks, ((struct placement_pick){node, 1}));
    array_append(&holder->places, place);
    return holder;
}

static const struct candidate *find(const char *queue, size_t number)
{
    return &pass_world_line(&pass, queue)->candidates.items[number];
}

Test(outlook, keeps_the_room_of_victims_for_the_preemptor)
{
    add_queue("main", 4, PREEMPTS);
    world_hold(world, "main", "low", 1, "l4", GPU, 3);
    pass_world_add_gpus(&pass, "main", 4)->order.priority = 10;
    pass_world_add_gpus(&pass, "main", 1);
    pass_world_run(&pass);
    pass_world_expect(&pass, "main", "pw");
    const struct candidate *preemptor = find("main", 0);
    cr_assert_eq(preemptor->victims.count, 1);
    cr_assert_str_eq(world->holders.items[preemptor->victims.items[0].holder].uid, "low");
    cr_assert_str_eq(preemptor->verdict.message,
                     "couldn't assign flavors to pod set main: insufficient unused quota for "
                     "nvidia.com/gpu in flavor l4, 3 more needed. Pending the preemption of 1 "
                     "workload(s)");
    cr_assert(pass.pass.has_promises);
    cr_assert_eq(world_used(world, "main", "l4", GPU), 3, "it counts until its pods are gone");
}

Test(outlook, leaves_to_others_what_the_preemptor_does_not_take)
{
    add_queue("main", 4, PREEMPTS);
    world_hold(world, "main", "low", 1, "l4", GPU, 2);
    pass_world_add_gpus(&pass, "main", 3)->order.priority = 10;
    pass_world_add_gpus(&pass, "main", 1);
    pass_world_add_gpus(&pass, "main", 1);
    pass_world_run(&pass);
    pass_world_expect(&pass, "main", "pfw");
}

Test(outlook, gives_what_victims_leave_over_to_the_next)
{
    add_queue("main", 4, PREEMPTS);
    world_hold(world, "main", "low", 1, "l4", GPU, 4);
    for (int i = 0; i < 3; i++) {
        pass_world_add_gpus(&pass, "main", 2)->order.priority = 10;
    }
    pass_world_run(&pass);
    pass_world_expect(&pass, "main", "ppw");
    cr_assert_eq(find("main", 0)->victims.count, 1);
    cr_assert_eq(find("main", 1)->victims.count, 0, "it waits for the same victim");
}

Test(outlook, lets_no_victim_be_claimed_twice)
{
    add_queue("main", 4, PREEMPTS);
    world_hold(world, "main", "low", 1, "l4", GPU, 2);
    world_hold(world, "main", "lower", 0, "l4", GPU, 2);
    for (int i = 0; i < 3; i++) {
        pass_world_add_gpus(&pass, "main", 2)->order.priority = 10;
    }
    pass_world_run(&pass);
    pass_world_expect(&pass, "main", "ppw");
    cr_assert_eq(find("main", 0)->victims.count, 1);
    cr_assert_eq(find("main", 1)->victims.count, 1);
    cr_assert_neq(find("main", 0)->victims.items[0].holder,
                  find("main", 1)->victims.items[0].holder);
    cr_assert_eq(world->holders.items[0].amounts.items[0].amount, 2, "the list is the caller's");
    cr_assert_not(world->holders.items[0].is_protected);
}

Test(outlook, bars_those_behind_a_preemptor_in_strict_order)
{
    add_queue("main", 4, "queueingStrategy: StrictFIFO, " PREEMPTS);
    world_hold(world, "main", "low", 1, "l4", GPU, 2);
    pass_world_add_gpus(&pass, "main", 3)->order.priority = 10;
    pass_world_add_gpus(&pass, "main", 1);
    pass_world_run(&pass);
    pass_world_expect(&pass, "main", "p-");
}

Test(outlook, takes_back_what_others_borrowed)
{
    add_queue("owner", 4, RECLAIMS);
    add_queue("borrower", 0, "");
    world_hold(world, "borrower", "guest", 50, "l4", GPU, 3);
    pass_world_add_gpus(&pass, "owner", 2);
    pass_world_add_gpus(&pass, "borrower", 1)->order.priority = 99;
    pass_world_run(&pass);
    pass_world_expect(&pass, "owner", "p");
    pass_world_expect(&pass, "borrower", "f");
    cr_assert_eq(find("owner", 0)->victims.items[0].reason, PREEMPTION_IN_COHORT_RECLAMATION);
}

Test(outlook, keeps_a_queues_own_quota_from_borrowers)
{
    add_queue("owner", 4, "");
    add_queue("borrower", 0, "");
    world_use(world, "borrower", "l4", GPU, 3);
    pass_world_add_gpus(&pass, "owner", 2);
    pass_world_add_gpus(&pass, "borrower", 1);
    pass_world_run(&pass);
    pass_world_expect(&pass, "owner", "w");
    pass_world_expect(&pass, "borrower", "w");
    cr_assert(pass.pass.has_promises);
}

Test(outlook, keeps_nothing_from_the_queue_itself)
{
    add_queue("owner", 4, "");
    add_queue("borrower", 0, "");
    world_use(world, "borrower", "l4", GPU, 2);
    pass_world_add_gpus(&pass, "owner", 3);
    pass_world_add_gpus(&pass, "owner", 1);
    pass_world_add_gpus(&pass, "owner", 3);
    pass_world_add_gpus(&pass, "borrower", 1);
    pass_world_run(&pass);
    pass_world_expect(&pass, "owner", "wfw");
    pass_world_expect(&pass, "borrower", "w");
    cr_assert_eq(world_used(world, "owner", "l4", GPU), 1);
}

Test(outlook, keeps_nothing_for_those_who_would_borrow)
{
    add_queue("owner", 4, "");
    add_queue("other", 4, "");
    world_use(world, "owner", "l4", GPU, 4);
    world_use(world, "other", "l4", GPU, 3);
    pass_world_add_gpus(&pass, "owner", 2)->order.priority = 9;
    pass_world_add_gpus(&pass, "other", 1);
    pass_world_run(&pass);
    pass_world_expect(&pass, "owner", "w");
    pass_world_expect(&pass, "other", "f");
    cr_assert_not(pass.pass.has_promises);
}

Test(outlook, gives_out_places_only_once)
{
    add_queue("main", 8, "");
    add_node("one", 2, 0);
    add_node("two", 2, 1);
    pass_world_add_gpus(&pass, "main", 2);
    pass_world_add_gpus(&pass, "main", 2);
    pass_world_add_gpus(&pass, "main", 1);
    pass_world_add_gpus(&pass, "main", 1);
    pass_world_add_gpus(&pass, "main", 4);
    pass_world_run(&pass);
    pass_world_expect(&pass, "main", "fwfwi");
    cr_assert_str_eq(find("main", 1)->verdict.reason, "NoPlace");
    cr_assert_str_eq(find("main", 4)->verdict.reason, "NodeTooSmall");
    cr_assert_eq(resources_get(&pass.pass.placement->nodes.items[0].used, GPU), 2);
    cr_assert_eq(resources_get(&pass.pass.placement->nodes.items[1].used, GPU), 2);
}

Test(outlook, keeps_the_place_of_victims_for_the_preemptor)
{
    add_queue("main", 99, PREEMPTS);
    add_node("one", 4, 3);
    add_node("two", 2, 0);
    hold_on_node("low", 1, 3, 0);
    pass_world_add_gpus(&pass, "main", 4)->order.priority = 10;
    pass_world_add_gpus(&pass, "main", 2);
    pass_world_add_gpus(&pass, "main", 1);
    pass_world_run(&pass);
    pass_world_expect(&pass, "main", "pfw");
    cr_assert_eq(find("main", 0)->victims.count, 1);
    cr_assert_str_eq(find("main", 2)->verdict.reason, "NoPlace");
    cr_assert_eq(resources_get(&pass.pass.placement->nodes.items[0].used, GPU), 3,
                 "the caller's nodes have what is there");
}

Test(outlook, lets_others_to_what_is_left_beside_the_preemptor)
{
    add_queue("main", 99, PREEMPTS);
    add_node("one", 8, 2);
    hold_on_node("low", 1, 2, 0);
    pass_world_add_gpus(&pass, "main", 7)->order.priority = 10;
    pass_world_add_gpus(&pass, "main", 1);
    pass_world_add_gpus(&pass, "main", 1);
    pass_world_run(&pass);
    pass_world_expect(&pass, "main", "pfw");
}

Test(outlook, does_not_look_at_nodes_for_a_queue_that_does_not)
{
    add_queue("main", 8, "");
    add_node("one", 1, 1);
    struct cluster_queue *queue = (struct cluster_queue *)world->queues.items[0];
    queue->options.node_places = SWITCH_OFF;
    pass_world_add_gpus(&pass, "main", 1);
    pass_world_run(&pass);
    pass_world_expect(&pass, "main", "f");
}
