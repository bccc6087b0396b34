/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/unit/policy/rules/nodes.h"
#include "tests/unit/policy/rules/world.h"

#define GPU "nvidia.com/gpu"
#define SECOND_US ((int64_t)1000 * 1000)

/* Somebody who runs, for a table. Times are seconds; now is second 0. */
struct running {
    int64_t gpus; /* 0: the row is not used */
    int64_t started_s;
    int64_t ends_s;    /* 0: none declared; in this second it would be -1 */
    const char *queue; /* NULL: main */
    const char *node;  /* NULL: none */
    bool is_leaving;
};

#define FORECAST_NOW_US (1000000 * SECOND_US)

static inline int64_t forecast_time(int64_t seconds)
{
    return FORECAST_NOW_US + seconds * SECOND_US;
}

/* Two queues of a cohort with eight GPUs, which are main's. */
static inline void forecast_world_init(struct world *world, const char *strategy)
{
    auto_free char *queue = text_format(
        "{cohortName: all, queueingStrategy: %s, resourceGroups: [{coveredResources: "
        "[" GPU "], flavors: [{name: h100, resources: [{name: " GPU ", nominalQuota: 8}]}]}]}",
        strategy);

    world_add_flavor(world, "h100", "{}");
    world_add_queue(world, "other",
                    "{cohortName: all, resourceGroups: [{coveredResources: [" GPU
                    "], flavors: [{name: h100, resources: [{name: " GPU ", nominalQuota: 0}]}]}]}");
    world_add_queue(world, "main", queue);
}

/* Charges quota and, if there is one, the node. */
static inline void forecast_world_run(struct world *world, struct placement *placement,
                                      const struct running *running)
{
    struct holder *holder = world_hold(world, running->queue != NULL ? running->queue : "main",
                                       "somebody", 0, "h100", GPU, running->gpus);

    holder->admitted_us = forecast_time(running->started_s);
    holder->ends_us = running->ends_s != 0 ? forecast_time(running->ends_s) : 0;
    holder->is_leaving = running->is_leaving;
    if (running->node != NULL) {
        struct holder_place place = {0};
        int node = placement_find_node(placement, running->node);
        resources_set(&place.requests, GPU, running->gpus);
        array_append(&place.picks, ((struct placement_pick){.node = node, .count = 1}));
        placement_take(placement, &place.picks, &place.requests);
        array_append(&holder->places, place);
    }
}

static inline void add_gpu_pods(struct pod_set_list *list, int64_t count, int64_t gpus)
{
    auto_free char *spec =
        text_format("{containers: [{resources: {requests: {" GPU ": %lld}}}]}", (long long)gpus);

    add_pod_set(list, "main", count, spec);
}

static inline struct flavor_state forecast_world_state(const struct world *world,
                                                       const struct placement *placement)
{
    return (struct flavor_state){
        .rules = world->rules,
        .node = world_node(world, "main"),
        .usage = &world->usage,
        .placement = placement->nodes.count > 0 ? placement : NULL,
        .holders = &world->holders,
    };
}
