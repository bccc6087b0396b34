/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/backfill.h"

#include "tests/unit/policy/rules/forecast_world.h"

#define NEVER (-1)

static struct world world;
static struct placement placement;
static struct pod_set_list pod_sets;

static void clear(void)
{
    pod_set_list_release(&pod_sets);
    placement_release(&placement);
    world_release(&world);
    world = (struct world){0};
}

TestSuite(backfill, .fini = clear);

static int64_t find_start_s(const struct flavor_state *state)
{
    const struct flavor_request request = {.pod_sets = &pod_sets};
    int64_t start_us = backfill_find_start(state, &request, FORECAST_NOW_US);

    return start_us == BACKFILL_NEVER ? NEVER : (start_us - FORECAST_NOW_US) / SECOND_US;
}

Test(backfill, knows_when_the_head_starts_for_certain)
{
#define TWO_NODES "[{name: a, has: {" GPU ": 4}}, {name: b, has: {" GPU ": 4}}]"
    static const struct {
        const char *title;
        const char *nodes; /* NULL: places do not count */
        struct running running[6];
        int64_t pods;
        int64_t gpus;
        int64_t start_s;
    } cases[] = {
        {"nobody is there", NULL, {{0}}, 1, 8, 0},
        {"the end of the only one", NULL, {{.gpus = 8, .ends_s = 50}}, 1, 1, 50},
        {"as many ends as are needed, in their order",
         NULL,
         {{.gpus = 2, .ends_s = 90}, {.gpus = 2, .ends_s = 10}, {.gpus = 4, .ends_s = 60}},
         1,
         5,
         60},
        {"all of them",
         NULL,
         {{.gpus = 2, .ends_s = 90}, {.gpus = 2, .ends_s = 10}, {.gpus = 4, .ends_s = 60}},
         1,
         7,
         90},
        {"what is free counts too", NULL, {{.gpus = 3, .ends_s = 90}, {.gpus = 2}}, 1, 6, 90},
        {"several who end at once",
         NULL,
         {{.gpus = 2, .ends_s = 30}, {.gpus = 2, .ends_s = 30}, {.gpus = 4, .ends_s = 70}},
         1,
         4,
         30},
        {"somebody declared no end", NULL, {{.gpus = 4, .ends_s = 10}, {.gpus = 4}}, 1, 5, NEVER},
        {"and is not needed", NULL, {{.gpus = 4, .ends_s = 10}, {.gpus = 4}}, 1, 4, 10},
        {"who is overdue ends now", NULL, {{.gpus = 8, .ends_s = -20}}, 1, 2, 0},
        {"who is leaving ends now", NULL, {{.gpus = 8, .is_leaving = true}}, 1, 2, 0},
        {"before the end he declared",
         NULL,
         {{.gpus = 8, .ends_s = 900, .is_leaving = true}},
         1,
         2,
         0},
        {"what another queue borrowed",
         NULL,
         {{.gpus = 6, .ends_s = 40, .queue = "other"}, {.gpus = 2, .ends_s = 20}},
         1,
         3,
         40},
        {"what it can never have", NULL, {{.gpus = 8, .ends_s = 40}}, 1, 9, NEVER},
        {"the end on the right node",
         TWO_NODES,
         {{.gpus = 2, .ends_s = 10, .node = "a"},
          {.gpus = 2, .ends_s = 20, .node = "b"},
          {.gpus = 2, .ends_s = 30, .node = "a"},
          {.gpus = 2, .ends_s = 40, .node = "b"}},
         1,
         4,
         30},
        {"two pods need no whole node",
         TWO_NODES,
         {{.gpus = 2, .ends_s = 10, .node = "a"},
          {.gpus = 2, .ends_s = 20, .node = "b"},
          {.gpus = 2, .ends_s = 30, .node = "a"},
          {.gpus = 2, .ends_s = 40, .node = "b"}},
         2,
         2,
         20},
        {"no node is ever large enough",
         TWO_NODES,
         {{.gpus = 2, .ends_s = 10, .node = "a"}},
         1,
         5,
         NEVER},
        {"each node has somebody who stays",
         TWO_NODES,
         {{.gpus = 1, .node = "a"},
          {.gpus = 3, .ends_s = 10, .node = "a"},
          {.gpus = 1, .node = "b"}},
         1,
         4,
         NEVER},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        forecast_world_init(&world, "StrictFIFO");
        add_nodes(&placement, cases[i].nodes != NULL ? cases[i].nodes : "[]");
        for (size_t j = 0; cases[i].running[j].gpus > 0; j++) {
            forecast_world_run(&world, &placement, &cases[i].running[j]);
        }
        add_gpu_pods(&pod_sets, cases[i].pods, cases[i].gpus);
        const struct flavor_state state = forecast_world_state(&world, &placement);
        int64_t start_s = find_start_s(&state);
        cr_expect_eq(start_s, cases[i].start_s, "%s: %lld", cases[i].title, (long long)start_s);
        clear();
    }
}

/* By strides and halves it must come to the same as one by one. */
Test(backfill, finds_any_of_many_ends)
{
    enum { COUNT = 37 };
    forecast_world_init(&world, "StrictFIFO");
    world_set_queue(&world,
                    "{resourceGroups: [{coveredResources: [" GPU "], flavors: [{name: h100, "
                    "resources: [{name: " GPU ", nominalQuota: 37}]}]}]}");
    for (int64_t i = 0; i < COUNT; i++) {
        const struct running running = {.gpus = 1, .ends_s = 1 + i * 7 % COUNT};
        forecast_world_run(&world, &placement, &running);
    }
    for (int64_t gpus = 1; gpus <= COUNT; gpus++) {
        pod_set_list_release(&pod_sets);
        add_gpu_pods(&pod_sets, 1, gpus);
        const struct flavor_state state = forecast_world_state(&world, &placement);
        cr_assert_eq(find_start_s(&state), gpus);
    }
}

Test(backfill, takes_promises_as_kept)
{
    struct quota_usage promised;
    struct quota_amounts amounts = {0};

    forecast_world_init(&world, "StrictFIFO");
    forecast_world_run(&world, &placement, &(struct running){.gpus = 4});
    forecast_world_run(&world, &placement, &(struct running){.gpus = 4, .ends_s = 60});
    quota_usage_copy(&world.usage, &promised);
    array_append(&amounts, ((struct quota_amount){world_cell(&world, "h100", GPU), -2}));
    quota_usage_add(&promised, world_node(&world, "main"), &amounts);
    add_gpu_pods(&pod_sets, 1, 6);
    struct flavor_state state = forecast_world_state(&world, &placement);
    cr_expect_eq(find_start_s(&state), NEVER);
    state.promised = &promised;
    cr_expect_eq(find_start_s(&state), 60);
    array_release(&amounts);
    quota_usage_release(&promised);
}

Test(backfill, leaves_the_present_as_it_is)
{
    forecast_world_init(&world, "StrictFIFO");
    add_nodes(&placement, TWO_NODES);
    forecast_world_run(&world, &placement, &(struct running){.gpus = 4, .ends_s = 9, .node = "a"});
    add_gpu_pods(&pod_sets, 2, 4);
    const struct flavor_state state = forecast_world_state(&world, &placement);
    cr_assert_eq(find_start_s(&state), 9);
    cr_assert_eq(world_used(&world, "main", "h100", GPU), 4);
    cr_assert_eq(resources_get(&placement.nodes.items[0].used, GPU), 4);
    cr_assert_eq(resources_get(&placement.nodes.items[1].used, GPU), 0);
}
