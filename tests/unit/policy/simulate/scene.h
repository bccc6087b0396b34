/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <criterion/criterion.h>

#include "base/text.h"
#include "policy/simulate/node_file.h"
#include "policy/simulate/policy_set.h"
#include "policy/simulate/summary.h"

/* A policy, what arrives, and what comes of it; valid when zeroed. */
struct scene {
    struct policy_set policy;
    struct trace trace;
    struct placement nodes;
    struct mistakes mistakes;
    struct simulation_options options;
    struct simulation simulation;
    struct summary summary;
};

/* One flavor, `a`, and one queue, `main`, of so many GPUs; `more` is added to its spec. */
static inline void scene_set_policy(struct scene *scene, const char *strategy, int gpus,
                                    const char *more)
{
    auto_free char *text = text_format("apiVersion: kueue.x-k8s.io/v1beta1\n"
                                       "kind: ResourceFlavor\n"
                                       "metadata: {name: a}\n"
                                       "spec: {}\n"
                                       "---\n"
                                       "apiVersion: kueue.x-k8s.io/v1beta1\n"
                                       "kind: ClusterQueue\n"
                                       "metadata: {name: main}\n"
                                       "spec:\n"
                                       "  namespaceSelector: {}\n"
                                       "  queueingStrategy: %s\n"
                                       "  resourceGroups:\n"
                                       "  - coveredResources: [nvidia.com/gpu]\n"
                                       "    flavors:\n"
                                       "    - name: a\n"
                                       "      resources:\n"
                                       "      - {name: nvidia.com/gpu, nominalQuota: %d}\n"
                                       "%s",
                                       strategy, gpus, more);

    policy_set_add_text(&scene->policy, "policy.yaml", text, strlen(text), &scene->mistakes);
}

static inline void scene_add_policy(struct scene *scene, const char *text)
{
    policy_set_add_text(&scene->policy, "policy.yaml", text, strlen(text), &scene->mistakes);
}

static inline void scene_add_workloads(struct scene *scene, const char *text)
{
    trace_add_text(&scene->trace, "workloads", text, strlen(text), &scene->mistakes);
}

/* An item of `workloads:` after the first, which must say so. */
static inline void scene_add_nodes(struct scene *scene, const char *text)
{
    node_file_add_text(&scene->nodes, "nodes.yaml", text, strlen(text), &scene->mistakes);
}

static inline void scene_expect_no_mistake(const struct scene *scene)
{
    cr_assert_eq(scene->mistakes.count, 0, "%s",
                 scene->mistakes.count > 0 ? scene->mistakes.items[0].message : "");
}

static inline void scene_run(struct scene *scene)
{
    policy_set_finish(&scene->policy, &scene->mistakes);
    scene_expect_no_mistake(scene);
    trace_finish(&scene->trace);
    bool is_ready = simulation_init(&scene->simulation, &scene->policy, &scene->trace,
                                    scene->nodes.nodes.count > 0 ? &scene->nodes : NULL,
                                    &scene->options, &scene->mistakes);
    scene_expect_no_mistake(scene);
    cr_assert(is_ready);
    simulation_run(&scene->simulation);
    summary_make(&scene->simulation, &scene->summary);
}

static inline void scene_release(struct scene *scene)
{
    summary_release(&scene->summary);
    simulation_release(&scene->simulation);
    placement_release(&scene->nodes);
    trace_release(&scene->trace);
    policy_set_release(&scene->policy);
    mistakes_release(&scene->mistakes);
}

static inline const struct simulated_workload *scene_get(const struct scene *scene,
                                                         const char *name)
{
    array_for_each(workload, &scene->simulation.workloads) {
        if (text_equal(workload->entry->name, name)) {
            return workload;
        }
    }
    cr_assert_fail("no workload '%s'", name);
    return NULL;
}

/* When it started first, in seconds; -1: never. */
static inline int64_t scene_start(const struct scene *scene, const char *name)
{
    const struct simulated_workload *workload = scene_get(scene, name);

    return workload->runs.count > 0 ? workload->runs.items[0].start_us / MICROS_PER_SECOND : -1;
}

/* When it ended last, in seconds. */
static inline int64_t scene_end(const struct scene *scene, const char *name)
{
    const struct simulated_workload *workload = scene_get(scene, name);

    return workload->runs.count > 0
               ? workload->runs.items[workload->runs.count - 1].end_us / MICROS_PER_SECOND
               : -1;
}
