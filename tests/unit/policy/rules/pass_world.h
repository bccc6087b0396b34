/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/cohort_pass.h"
#include "tests/unit/policy/rules/world.h"

/* A pass over workloads that wait in the queues of a world; valid when zeroed. */
struct pass_world {
    struct world world;
    struct cohort_pass pass;
    struct pod_set_list pod_sets[32];
    size_t pod_set_count;
};

/* The line of the ClusterQueue; made when it is asked for first. */
static inline struct candidate_line *pass_world_line(struct pass_world *pass, const char *queue)
{
    array_for_each(line, &pass->pass.lines) {
        if (text_equal(line->queue->name, queue)) {
            return line;
        }
    }
    int node = world_node(&pass->world, queue);
    array_append(&pass->pass.lines, ((struct candidate_line){
                                        .queue = pass->world.usage.tree->nodes.items[node].queue,
                                        .node = node,
                                    }));
    return &pass->pass.lines.items[pass->pass.lines.count - 1];
}

/* Appends one that arrives after all before. What is returned is valid until the next. */
static inline struct candidate *pass_world_add(struct pass_world *pass, const char *queue,
                                               const char *pod_spec)
{
    struct candidate_line *line = pass_world_line(pass, queue);
    struct pod_set_list *list = &pass->pod_sets[pass->pod_set_count++];

    add_pod_set(list, "main", 1, pod_spec);
    array_append(&line->candidates,
                 ((struct candidate){
                     .pod_sets = list,
                     .shape = pod_set_list_shape(list),
                     .order = {.arrival_us = (int64_t)pass->pod_set_count, .uid = "new"},
                 }));
    return &line->candidates.items[line->candidates.count - 1];
}

static inline struct candidate *pass_world_add_gpus(struct pass_world *pass, const char *queue,
                                                    int gpus)
{
    auto_free char *spec =
        text_format("{containers: [{resources: {limits: {nvidia.com/gpu: %d}}}]}", gpus);

    return pass_world_add(pass, queue, spec);
}

static inline void pass_world_run(struct pass_world *pass)
{
    pass->pass.configuration = pass->world.configuration;
    pass->pass.flavors = &pass->world.flavors;
    pass->pass.usage = &pass->world.usage;
    pass->pass.holders = &pass->world.holders;
    if (pass->pass.starts_max == 0) {
        pass->pass.starts_max = SIZE_MAX;
    }
    cohort_pass_run(&pass->pass);
}

static inline char pass_world_letter(const struct candidate *candidate)
{
    if (!candidate->is_tried) {
        return '-';
    }
    if (text_equal(candidate->verdict.reason, "WaitingForPreemptedWorkloads")) {
        return 'p';
    }
    if (text_equal(candidate->verdict.reason, "GpuCapReached")) {
        return 'c';
    }
    if (candidate->is_backfilled) {
        return 'b';
    }
    return "fwi"[candidate->verdict.kind];
}

/* One letter a candidate: f fits, b is backfilled, p preempts, c waits for a cap, w waits for
 * anything else, i is inadmissible, - is not tried. */
static inline void pass_world_expect(struct pass_world *pass, const char *queue,
                                     const char *letters)
{
    const struct candidate_line *line = pass_world_line(pass, queue);
    char found[64] = "";

    array_for_each(candidate, &line->candidates) {
        size_t i = (size_t)(candidate - line->candidates.items);
        found[i] = pass_world_letter(candidate);
        cr_assert_eq(candidate->admission != NULL, found[i] == 'f' || found[i] == 'b');
    }
    cr_assert_str_eq(found, letters, "%s: %s instead of %s", queue, found, letters);
}

static inline void pass_world_release(struct pass_world *pass)
{
    cohort_pass_release(&pass->pass);
    for (size_t i = 0; i < pass->pod_set_count; i++) {
        pod_set_list_release(&pass->pod_sets[i]);
    }
    world_release(&pass->world);
    memset(pass, 0, sizeof *pass);
}
