/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/pass_world.h"

#define GPU "nvidia.com/gpu"

static struct pass_world pass;
static struct world *const world = &pass.world;

static void make_flavors(void)
{
    world_add_flavor(world, "small", "{nodeLabels: {pool: small}}");
    world_add_flavor(world, "big", "{nodeLabels: {pool: big}}");
}

static void release(void)
{
    pass_world_release(&pass);
}

TestSuite(cohort_pass, .init = make_flavors, .fini = release);

/* One queue with one small GPU and four big ones. */
static void set_strategy(const char *strategy)
{
    auto_free char *spec = text_format(
        "{queueingStrategy: %s, resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: "
        "[{name: small, resources: [{name: nvidia.com/gpu, nominalQuota: 1}]}, {name: big, "
        "resources: [{name: nvidia.com/gpu, nominalQuota: 4}]}]}]}",
        strategy);

    world_set_queue(world, spec);
}

/* A queue of the cohort `all`, with big GPUs only. */
static void add_queue(const char *name, int gpus, const char *fields)
{
    auto_free char *spec = text_format(
        "{cohortName: all, %s resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: "
        "[{name: big, resources: [{name: nvidia.com/gpu, nominalQuota: %d}]}]}]}",
        fields, gpus);

    world_add_queue(world, name, spec);
}

static struct candidate *add(int gpus, const char *only_flavor)
{
    struct candidate *candidate = pass_world_add_gpus(&pass, "main", gpus);

    candidate->only_flavor = only_flavor;
    return candidate;
}

static void expect(const char *letters)
{
    pass_world_run(&pass);
    pass_world_expect(&pass, "main", letters);
}

Test(cohort_pass, starts_all_that_fit)
{
    set_strategy("StrictFIFO");
    add(1, NULL);
    add(2, NULL);
    add(2, NULL);
    add(1, NULL);
    expect("fffw");
    cr_assert_eq(world_used(world, "main", "small", GPU), 1);
    cr_assert_eq(world_used(world, "main", "big", GPU), 4);
    cr_assert_not(pass.pass.is_cut_short);
    cr_assert_not(pass.pass.has_promises, "nobody else shares the quota");
}

Test(cohort_pass, never_overtakes_in_strict_order)
{
    set_strategy("StrictFIFO");
    world_use(world, "main", "big", GPU, 2);
    add(3, NULL);
    add(1, NULL);
    add(1, NULL);
    expect("w--");
    cr_assert_eq(world_used(world, "main", "small", GPU), 0);
    const struct candidate *behind = &pass_world_line(&pass, "main")->candidates.items[1];
    cr_assert_eq(behind->verdict.kind, VERDICT_WAITS);
    cr_assert_str_eq(behind->verdict.reason, "BehindHead");
}

Test(cohort_pass, overtakes_what_waits_in_best_effort_order)
{
    set_strategy("BestEffortFIFO");
    world_use(world, "main", "big", GPU, 2);
    add(3, NULL);
    add(1, NULL);
    add(3, NULL);
    add(2, NULL);
    add(1, NULL);
    expect("wfwfw");
    const struct candidate *items = pass_world_line(&pass, "main")->candidates.items;
    cr_assert_str_eq(items[0].verdict.message, items[2].verdict.message);
    cr_assert_str_eq(items[0].verdict.reason, items[2].verdict.reason);
}

Test(cohort_pass, lets_what_can_never_fit_block_nobody)
{
    set_strategy("StrictFIFO");
    add(9, NULL);
    add(1, NULL);
    add(9, NULL);
    add(4, NULL);
    add(1, NULL);
    add(1, NULL);
    expect("ififw-");
}

Test(cohort_pass, tells_equal_shapes_of_other_flavors_apart)
{
    set_strategy("BestEffortFIFO");
    world_use(world, "main", "small", GPU, 1);
    add(1, "small");
    add(1, "big");
    add(1, "small");
    add(1, NULL);
    expect("wfwf");
    cr_assert_eq(world_used(world, "main", "big", GPU), 2);
}

Test(cohort_pass, decides_nothing_about_nobody)
{
    set_strategy("StrictFIFO");
    expect("");
}

Test(cohort_pass, starts_nothing_above_a_lowered_quota)
{
    set_strategy("BestEffortFIFO");
    world_use(world, "main", "small", GPU, 5);
    world_use(world, "main", "big", GPU, 9);
    add(1, NULL);
    add(4, NULL);
    expect("ww");
}

Test(cohort_pass, starts_nobody_behind_a_bar)
{
    set_strategy("BestEffortFIFO");
    add(1, NULL);
    add(9, NULL);
    pass_world_line(&pass, "main")->is_barred = true;
    expect("--");
}

Test(cohort_pass, is_cut_short_at_the_most_starts)
{
    set_strategy("BestEffortFIFO");
    pass.pass.starts_max = 2;
    add(9, NULL);
    add(1, NULL);
    add(1, NULL);
    add(1, NULL);
    expect("iff-");
    cr_assert(pass.pass.is_cut_short);
    cr_assert_eq(world_used(world, "main", "big", GPU), 1);
}

Test(cohort_pass, is_not_cut_short_by_what_waits)
{
    set_strategy("BestEffortFIFO");
    pass.pass.starts_max = 1;
    add(4, NULL);
    add(4, NULL);
    expect("fw");
    cr_assert_not(pass.pass.is_cut_short);
}

Test(cohort_pass, takes_the_heads_of_queues_in_order)
{
    static const struct {
        int gpus[2];           /* asked by the heads of queues of 2 and 4 GPUs */
        int64_t priorities[2]; /* of them */
        int held[2];
        bool is_second_first; /* the second queue's head, which arrived later */
    } cases[] = {
        {{1, 1}, {0, 0}, {1, 3}, false}, /* arrival */
        {{1, 1}, {0, 1}, {1, 3}, true},  /* priority */
        {{1, 1}, {0, 0}, {2, 3}, true},  /* borrowing before arrival */
        {{1, 1}, {9, 0}, {2, 3}, true},  /* borrowing before priority */
        {{1, 1}, {0, 0}, {1, 4}, false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        release();
        make_flavors();
        add_queue("a", 2, "");
        add_queue("b", 4, "");
        pass.pass.starts_max = 1;
        world_use(world, "a", "big", GPU, cases[i].held[0]);
        world_use(world, "b", "big", GPU, cases[i].held[1]);
        pass_world_add_gpus(&pass, "a", cases[i].gpus[0])->order.priority = cases[i].priorities[0];
        pass_world_add_gpus(&pass, "b", cases[i].gpus[1])->order.priority = cases[i].priorities[1];
        pass_world_run(&pass);
        bool is_second = pass_world_line(&pass, "b")->candidates.items[0].admission != NULL;
        cr_assert_eq(is_second, cases[i].is_second_first, "%zu", i);
    }
}

Test(cohort_pass, orders_anew_after_each_start)
{
    add_queue("a", 2, "");
    add_queue("b", 2, "");
    pass_world_add_gpus(&pass, "a", 2);
    pass_world_add_gpus(&pass, "a", 1);
    pass_world_add_gpus(&pass, "a", 1);
    pass_world_add_gpus(&pass, "b", 1);
    pass_world_add_gpus(&pass, "b", 1);
    pass_world_run(&pass);
    pass_world_expect(&pass, "a", "fww");
    pass_world_expect(&pass, "b", "ff");
}

Test(cohort_pass, lends_what_nobody_needs)
{
    add_queue("a", 2, "");
    add_queue("b", 2, "");
    for (int i = 0; i < 4; i++) {
        pass_world_add_gpus(&pass, "a", 1);
    }
    pass_world_add_gpus(&pass, "b", 1);
    pass_world_run(&pass);
    pass_world_expect(&pass, "a", "fffw");
    pass_world_expect(&pass, "b", "f");
}

Test(cohort_pass, takes_turns_by_shares)
{
    world_add_cohort(world, "all", "{}");
    add_queue("a", 2, "fairSharing: {weight: '2'},");
    add_queue("b", 2, "");
    add_queue("c", 6, "");
    world_set_configuration(world, "fairSharing: {enable: true}");
    for (int i = 0; i < 12; i++) {
        pass_world_add_gpus(&pass, "a", 1);
        pass_world_add_gpus(&pass, "b", 1);
    }
    pass_world_run(&pass);
    cr_assert_eq(world_used(world, "a", "big", GPU), 6, "twice as much above its quota as b");
    cr_assert_eq(world_used(world, "b", "big", GPU), 4);
}

Test(cohort_pass, charges_caps_of_users_in_all_queues)
{
    struct gpu_cap alice = {.subject = "user alice", .limit = 3, .held = 1};

    add_queue("a", 8, "queueingStrategy: StrictFIFO,");
    add_queue("b", 8, "queueingStrategy: StrictFIFO,");
    pass_world_add_gpus(&pass, "a", 1)->user_cap = &alice;
    pass_world_add_gpus(&pass, "a", 2)->user_cap = &alice;
    pass_world_add_gpus(&pass, "a", 4)->user_cap = &alice;
    pass_world_add_gpus(&pass, "a", 1);
    pass_world_add_gpus(&pass, "b", 1)->user_cap = &alice;
    pass_world_add_gpus(&pass, "b", 1)->user_cap = &alice;
    pass_world_add_gpus(&pass, "b", 1);
    pass_world_run(&pass);
    pass_world_expect(&pass, "a", "fccf");
    pass_world_expect(&pass, "b", "fcf");
    cr_assert_eq(alice.held, 3);
    const struct candidate *items = pass_world_line(&pass, "a")->candidates.items;
    cr_assert_eq(items[1].verdict.kind, VERDICT_WAITS);
    cr_assert_eq(items[2].verdict.kind, VERDICT_INADMISSIBLE);
}

Test(cohort_pass, charges_the_cap_of_the_local_queue_too)
{
    struct gpu_cap alice = {.subject = "user alice", .limit = 4};
    struct gpu_cap queue = {.subject = "LocalQueue q", .limit = 2};

    set_strategy("BestEffortFIFO");
    for (int i = 0; i < 3; i++) {
        struct candidate *candidate = add(1, NULL);
        candidate->user_cap = &alice;
        candidate->queue_cap = &queue;
    }
    add(1, NULL)->user_cap = &alice;
    expect("ffcf");
    cr_assert_eq(alice.held, 3);
    cr_assert_eq(queue.held, 2);
}
