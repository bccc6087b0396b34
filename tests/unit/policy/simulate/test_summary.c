/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/simulate/scene.h"

Test(summary, counts_waits_with_those_who_did_not)
{
    struct scene scene = {0};

    scene_set_policy(&scene, "StrictFIFO", 2, "");
    scene_add_workloads(&scene, "workloads:\n"
                                "- {name: a, queue: x, arrival: 0, duration: 10, requests: "
                                "{nvidia.com/gpu: 2}}\n"
                                "- {name: b, queue: y, arrival: 1, duration: 20, requests: "
                                "{nvidia.com/gpu: 1}}\n"
                                "- {name: c, queue: y, arrival: 2, duration: 5, requests: "
                                "{nvidia.com/gpu: 1}}\n"
                                "- {name: d, queue: y, arrival: 50, duration: 5, requests: "
                                "{nvidia.com/gpu: 1}}\n"
                                "- {name: e, queue: y, arrival: 60, duration: 5, requests: "
                                "{nvidia.com/gpu: 3}}\n");
    scene_run(&scene);
    const struct summary *summary = &scene.summary;
    cr_expect_eq(summary->waits.count, 4); /* waits of 0, 0, 8 and 9 */
    cr_expect_eq(summary->waits.waited_count, 2);
    cr_expect_float_eq(summary->waits.mean_seconds, 4.25, 0);
    cr_expect_eq(summary->waits.p50_us, 8 * MICROS_PER_SECOND);
    cr_expect_eq(summary->waits.p99_us, 9 * MICROS_PER_SECOND);
    cr_expect_eq(summary->waits.max_us, 9 * MICROS_PER_SECOND);
    cr_expect_eq(summary->left_out_count, 1);
    cr_expect_eq(summary->makespan_us, 55 * MICROS_PER_SECOND);
    cr_expect(summary->used == (20 + 20 + 5 + 5) * MICROS_PER_SECOND);
    cr_expect(summary->idle == (110 - 50) * MICROS_PER_SECOND);
    cr_assert_eq(summary->queues.count, 2);
    cr_expect_str_eq(summary->queues.items[1].name, "y");
    cr_expect_eq(summary->queues.items[1].workload_count, 4);
    cr_expect_eq(summary->queues.items[1].waits.p50_us, 8 * MICROS_PER_SECOND);
    cr_expect(summary->flavors.items[0].used == summary->used);
    scene_release(&scene);
}

Test(summary, is_empty_for_nothing)
{
    struct scene scene = {0};

    scene_set_policy(&scene, "StrictFIFO", 2, "");
    scene_run(&scene);
    cr_expect_eq(scene.summary.waits.count, 0);
    cr_expect_float_eq(scene.summary.waits.mean_seconds, 0, 0);
    cr_expect_eq(scene.summary.makespan_us, 0);
    cr_expect_eq(scene.summary.capacity, 2);
    scene_release(&scene);
}

Test(summary, counts_what_is_done_twice_as_lost)
{
    static const struct {
        const char *kind;
        int64_t lost_seconds;
    } kinds[] = {{"Job", 4}, {"Pod", 4}, {"Notebook", 0}};

    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        struct scene scene = {0};
        auto_free char *text = text_format("workloads:\n"
                                           "- {name: a, kind: %s, queue: m, arrival: 0, duration: "
                                           "10, requests: {nvidia.com/gpu: 1}}\n"
                                           "- {name: b, queue: m, arrival: 4, duration: 5, "
                                           "requests: {nvidia.com/gpu: 1}, priority: 1}\n",
                                           kinds[i].kind);
        scene_set_policy(&scene, "StrictFIFO", 1,
                         "  preemption: {withinClusterQueue: LowerPriority}\n");
        scene_add_workloads(&scene, text);
        scene_run(&scene);
        cr_expect_eq(scene.summary.preemption_count, 1);
        cr_expect(scene.summary.lost == kinds[i].lost_seconds * MICROS_PER_SECOND, "%s",
                  kinds[i].kind);
        scene_release(&scene);
    }
}
