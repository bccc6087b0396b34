/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/pass_world.h"

#define GPU "nvidia.com/gpu"

static struct pass_world pass;
static struct world *const world = &pass.world;

static void release(void)
{
    pass_world_release(&pass);
}

TestSuite(pass_line, .fini = release);

/* One StrictFIFO queue of four GPUs. */
static void make_queue(const char *fields)
{
    auto_free char *spec = text_format(
        "{queueingStrategy: StrictFIFO, %s resourceGroups: [{coveredResources: [nvidia.com/gpu], "
        "flavors: [{name: l4, resources: [{name: nvidia.com/gpu, nominalQuota: 4}]}]}]}",
        fields);

    world_add_flavor(world, "l4", "{}");
    world_add_queue(world, "main", spec);
    world_set_configuration(world, "backfill: true");
    pass.pass.now_us = 1000;
}

static void hold_until(int gpus, int64_t ends_us)
{
    world_hold(world, "main", "runs", 0, "l4", GPU, gpus)->ends_us = ends_us;
}

static void add(int gpus, int64_t run_time_us)
{
    pass_world_add_gpus(&pass, "main", gpus)->run_time_us = run_time_us;
}

static void expect(const char *letters)
{
    pass_world_run(&pass);
    pass_world_expect(&pass, "main", letters);
}

Test(pass_line, lets_pass_what_ends_before_the_head_can_start)
{
    make_queue("");
    hold_until(2, 5000);
    add(4, 0);
    add(1, 0);    /* for who knows how long */
    add(1, 4001); /* too long */
    add(3, 100);  /* does not fit */
    add(1, 4000);
    add(1, 1);
    add(1, 1);
    expect("w---bb-");
}

Test(pass_line, lets_none_of_the_heads_own_shape_pass)
{
    make_queue("");
    hold_until(2, 5000);
    add(3, 0);
    add(3, 1);
    add(9, 1);
    add(9, 1);
    add(2, 1);
    expect("w-iib");
}

Test(pass_line, lets_nobody_pass_a_head_that_may_start_any_time)
{
    make_queue("");
    hold_until(1, 5000);
    hold_until(1, 0);
    add(4, 0);
    add(1, 1);
    expect("w-");
}

Test(pass_line, counts_what_starts_in_the_same_pass)
{
    make_queue("");
    add(2, 5000);
    add(4, 0);
    add(1, 5000);
    add(1, 5001);
    expect("fwb-");
}

Test(pass_line, lets_nobody_pass_a_head_that_preempts)
{
    make_queue("preemption: {withinClusterQueue: LowerPriority},");
    hold_until(2, 5000);
    add(3, 0);
    pass_world_line(&pass, "main")->candidates.items[0].order.priority = 1;
    add(1, 1);
    expect("p-");
}

Test(pass_line, lets_nobody_pass_where_the_option_is_off)
{
    static const struct {
        enum queue_switch option;
        const char *configuration;
        const char *letters;
    } cases[] = {
        {SWITCH_DEFAULT, "backfill: true", "wb"},
        {SWITCH_DEFAULT, "backfill: false", "w-"},
        {SWITCH_ON, "backfill: false", "wb"},
        {SWITCH_OFF, "backfill: true", "w-"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        make_queue("");
        world_set_configuration(world, cases[i].configuration);
        struct cluster_queue *queue = (struct cluster_queue *)world->queues.items[0];
        queue->options.backfill = cases[i].option;
        hold_until(2, 5000);
        add(4, 0);
        add(1, 1);
        expect(cases[i].letters);
        release();
    }
}

Test(pass_line, tries_equal_shapes_anew_where_priority_decides)
{
    static const struct {
        int64_t priorities[3];
        const char *letters;
    } cases[] = {
        {{5, 5, 5}, "pww"},
        {{5, 1, 1}, "pww"},
        {{5, 4, 4}, "pww"},
        {{1, 1, 1}, "www"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        make_queue("preemption: {withinClusterQueue: LowerPriority},");
        struct cluster_queue *queue = (struct cluster_queue *)world->queues.items[0];
        queue->queueing_strategy = QUEUEING_BEST_EFFORT_FIFO;
        world_hold(world, "main", "low", 1, "l4", GPU, 2);
        world_hold(world, "main", "high", 9, "l4", GPU, 2);
        for (size_t j = 0; j < ARRAY_LENGTH(cases[i].priorities); j++) {
            pass_world_add_gpus(&pass, "main", 2)->order.priority = cases[i].priorities[j];
        }
        expect(cases[i].letters);
        release();
    }
}
