/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/simulate/scene.h"

/* A line of the companion's about a start, as `serve` writes it. */
static char *started(const char *time, const char *kind, const char *name, const char *uid,
                     const char *workload, int64_t waited_us)
{
    return text_format(
        "{\"time\":\"%s\",\"level\":\"info\",\"message\":\"started\",\"kind\":\"%s\","
        "\"namespace\":\"team\",\"name\":\"%s\",\"uid\":\"%s\",\"verdict\":\"admitted\","
        "\"workload\":\"%s\",\"queue\":\"gpus\",\"clusterQueue\":\"main\",\"flavor\":\"a\","
        "\"patch\":\"[{\\\"op\\\":\\\"add\\\",\\\"path\\\":\\\"/metadata/annotations/"
        "gpuaas.dev~1admission\\\",\\\"value\\\":\\\"{\\\\\\\"workload\\\\\\\":\\\\\\\"%s\\\\\\\","
        "\\\\\\\"clusterQueue\\\\\\\":\\\\\\\"main\\\\\\\",\\\\\\\"localQueue\\\\\\\":"
        "\\\\\\\"gpus\\\\\\\",\\\\\\\"podSets\\\\\\\":[{\\\\\\\"name\\\\\\\":\\\\\\\"main\\\\\\\","
        "\\\\\\\"count\\\\\\\":2,\\\\\\\"flavors\\\\\\\":{\\\\\\\"nvidia.com/gpu\\\\\\\":"
        "[\\\\\\\"a\\\\\\\",4]}}]}\\\"}]\",\"waitedMicros\":%lld}\n",
        time, kind, name, uid, workload, workload, (long long)waited_us);
}

static char *ended(const char *time, const char *message, const char *workload)
{
    return text_format("{\"time\":\"%s\",\"level\":\"info\",\"message\":\"%s\",\"uid\":\"%s\"}\n",
                       time, message, workload);
}

static void add_line(struct text *text, char *line)
{
    text_append(text, line);
    free(line);
}

Test(trace_log, takes_arrival_requests_and_duration_from_the_lines)
{
    struct scene scene = {0};
    struct text text = {0};

    text_append(&text, "{\"time\":\"2026-11-25T08:00:00.000000Z\",\"message\":\"decided\","
                       "\"webhook\":\"mutate\",\"user\":\"alice\",\"operation\":\"CREATE\","
                       "\"kind\":\"Job\",\"namespace\":\"team\",\"name\":\"train\"}\n"
                       "not JSON, and not a line of ours\n");
    add_line(&text, started("2026-11-25T08:01:00Z", "Job", "train", "u1", "u1", 60000000));
    add_line(&text, started("2026-11-25T08:01:01Z", "Pod", "train-x", "p1", "u1", 0));
    add_line(&text, ended("2026-11-25T08:11:00Z", "ended", "u1"));
    add_line(&text, started("2026-11-25T08:12:00Z", "Pod", "other", "u2", "u2", 0));
    add_line(&text, ended("2026-11-25T08:13:00Z", "whatever", "u2"));
    scene_add_workloads(&scene, text.bytes);
    scene_expect_no_mistake(&scene);
    trace_finish(&scene.trace);
    cr_assert_eq(scene.trace.entries.count, 2);
    const struct trace_entry *train = &scene.trace.entries.items[0];
    cr_expect_str_eq(train->name, "train");
    cr_expect_str_eq(train->kind, "Job");
    cr_expect_str_eq(train->user, "alice");
    cr_expect_str_eq(train->queue, "gpus");
    cr_expect_eq(train->arrival_us, 0);
    cr_expect_eq(train->duration_us, 600 * MICROS_PER_SECOND);
    cr_expect_eq(train->pod_sets.items[0].count, 2);
    cr_expect_eq(resources_get(&train->pod_sets.items[0].requests, "nvidia.com/gpu"), 4);
    const struct trace_entry *other = &scene.trace.entries.items[1];
    cr_expect_eq(other->arrival_us, 720 * MICROS_PER_SECOND);
    cr_expect_eq(other->duration_us, 60 * MICROS_PER_SECOND);
    cr_assert_eq(scene.trace.notes.count, 1);
    cr_expect_not_null(
        strstr(scene.trace.notes.items[0], "1 workloads whose end is not in the log"));
    text_release(&text);
    scene_release(&scene);
}

Test(trace_log, adds_up_the_runs_of_what_was_evicted)
{
    struct scene scene = {0};
    struct text text = {0};

    add_line(&text, started("2026-11-25T08:00:00Z", "Pod", "a", "u1", "u1", 0));
    add_line(&text, ended("2026-11-25T08:01:00Z", "evicting", "u1"));
    add_line(&text, started("2026-11-25T09:00:00Z", "Pod", "a", "u1", "u1", 0));
    add_line(&text, ended("2026-11-25T09:02:00Z", "ended", "u1"));
    scene_add_workloads(&scene, text.bytes);
    scene_expect_no_mistake(&scene);
    cr_assert_eq(scene.trace.entries.count, 1);
    cr_expect_eq(scene.trace.entries.items[0].duration_us, 180 * MICROS_PER_SECOND);
    text_release(&text);
    scene_release(&scene);
}

Test(trace_log, tells_what_it_cannot_use)
{
    struct scene scene = {0};

    scene_add_workloads(&scene, "{\"time\":\"2026-11-25T08:00:00Z\",\"message\":\"started\"}\n"
                                "{\"time\":\"soon\",\"message\":\"started\"}\n"
                                "{\"time\":\n");
    cr_assert_eq(scene.mistakes.count, 2);
    cr_expect_eq(scene.mistakes.items[0].position.line, 2);
    cr_expect_eq(scene.mistakes.items[1].position.line, 3);
    cr_assert_eq(scene.trace.notes.count, 1);
    cr_expect_not_null(strstr(scene.trace.notes.items[0], "1 starts do not say what was admitted"));
    scene_release(&scene);
}
