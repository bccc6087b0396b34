/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/waiting_report.h"

#include "tests/unit/companion/plan_text.h"

static void expect_report(struct scene *scene, const char *name, int64_t now_us,
                          const char *expected)
{
    const struct workload *workload = scene_workload(scene, name);
    struct waiting_report report;

    waiting_report_make(scene->cluster, workload, now_us, &report);
    expect_text_take(waiting_report_format(&report, workload, now_us), expected);
    waiting_report_release(&report);
}

static void put_waiting(struct scene *scene, const char *name, int64_t gpus, int64_t arrival_us)
{
    const struct subject subject = gated(name, gpus, arrival_us);

    scene_put_pod(scene, &subject);
}

Test(waiting_report, tells_why_who_holds_it_and_the_position)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 4, 0);
    put_waiting(&scene, "first", 3, 1);
    expect_performed(&scene, "start first on a100");
    put_waiting(&scene, "second", 2, 2);
    put_waiting(&scene, "third", 1, 3);
    expect_plan(&scene, NOTHING);
    expect_report(&scene, "second", 10,
                  "Queued in research at position 1 (WaitingForQuota): couldn't assign flavors to "
                  "pod set main: insufficient unused quota for nvidia.com/gpu in flavor a100, 1 "
                  "more needed, insufficient quota for nvidia.com/gpu in flavor h100, request > "
                  "maximum capacity (2 > 0); held by first (3)");
    expect_report(&scene, "third", 10,
                  "Queued in research at position 2 (BehindHead): waits for those ahead of it in "
                  "the queue");
}

Test(waiting_report, tells_when_from_what_was_measured)
{
    auto_scene struct scene scene;
    const int64_t minute_us = INT64_C(60) * 1000000;

    scene_init(&scene, "StrictFIFO", 4, 0);
    put_waiting(&scene, "first", 3, 1);
    expect_performed(&scene, "start first on a100");
    put_waiting(&scene, "second", 2, 2);
    expect_plan(&scene, NOTHING);
    struct waiting_line *line = cluster_find_line(scene.cluster, "main");
    for (int64_t i = 1; i <= 10; i++) {
        run_times_add(&line->run_times, i * 10 * minute_us);
    }
    struct waiting_report report;
    waiting_report_make(scene.cluster, scene_workload(&scene, "second"), minute_us, &report);
    cr_expect_eq(report.estimate.basis, ESTIMATE_MEASURED);
    cr_expect_eq(report.estimate.sample_count, 10);
    cr_expect_lt(report.estimate.earliest_us, report.estimate.latest_us);
    waiting_report_release(&report);
}
