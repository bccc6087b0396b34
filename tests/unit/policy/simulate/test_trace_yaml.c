/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/simulate/scene.h"

static const struct trace_entry *only_entry(const struct scene *scene)
{
    scene_expect_no_mistake(scene);
    cr_assert_eq(scene->trace.entries.count, 1);
    return &scene->trace.entries.items[0];
}

Test(trace_yaml, reads_an_item)
{
    struct scene scene = {0};

    scene_add_workloads(&scene, "workloads:\n"
                                "- name: train\n"
                                "  kind: Job\n"
                                "  namespace: team\n"
                                "  queue: gpus\n"
                                "  user: alice\n"
                                "  profile: a100\n"
                                "  priorityClass: high\n"
                                "  priority: 7\n"
                                "  arrival: 1h\n"
                                "  duration: 90\n"
                                "  maxRunTime: 2m\n"
                                "  count: 3\n"
                                "  requests: {nvidia.com/gpu: 2, cpu: 500m}\n"
                                "  nodeSelector: {gpu: a}\n"
                                "  tolerations: [{key: x, operator: Exists}]\n");
    const struct trace_entry *entry = only_entry(&scene);
    cr_expect_str_eq(entry->name, "train");
    cr_expect_str_eq(entry->kind, "Job");
    cr_expect_str_eq(entry->namespace_name, "team");
    cr_expect_str_eq(entry->queue, "gpus");
    cr_expect_str_eq(entry->user, "alice");
    cr_expect_str_eq(entry->profile, "a100");
    cr_expect_str_eq(entry->priority_class, "high");
    cr_expect_eq(entry->priority, 7);
    cr_expect_eq(entry->arrival_us, 3600 * MICROS_PER_SECOND);
    cr_expect_eq(entry->duration_us, 90 * MICROS_PER_SECOND);
    cr_expect_eq(entry->run_time_us, 120 * MICROS_PER_SECOND);
    cr_expect_eq(entry->position.line, 2);
    const struct pod_set *set = &entry->pod_sets.items[0];
    cr_expect_eq(set->count, 3);
    cr_expect_eq(resources_get(&set->requests, "nvidia.com/gpu"), 2);
    cr_expect_eq(resources_get(&set->requests, "cpu"), 500);
    cr_expect_str_eq(string_map_find(&set->spec.node_selector, "gpu"), "a");
    cr_expect_eq(set->spec.tolerations.count, 1);
    scene_release(&scene);
}

Test(trace_yaml, reads_manifests)
{
    static const struct {
        const char *kind;
        const char *spec;
        int64_t count;
    } cases[] = {
        {"Pod", "{%s}", 1},
        {"Notebook", "{template: {spec: {%s}}}", 1},
        {"Job", "{parallelism: 4, completions: 3, template: {spec: {%s}}}", 3},
        {"Job", "{template: {spec: {%s}}}", 1},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct scene scene = {0};
        struct text text = {0};
        text_append_format(&text,
                           "apiVersion: any/v1\nkind: %s\nmetadata:\n  name: x\n  namespace: n\n"
                           "  labels: {kueue.x-k8s.io/queue-name: q, "
                           "kueue.x-k8s.io/max-exec-time-seconds: \"60\"}\n"
                           "  annotations: {simulate.gpuaas.dev/arrival: \"10\", "
                           "simulate.gpuaas.dev/duration: 2m, simulate.gpuaas.dev/user: u}\nspec: ",
                           cases[i].kind);
        const char *hole = strstr(cases[i].spec, "%s");
        text_append_bytes(&text, cases[i].spec, (size_t)(hole - cases[i].spec));
        text_append(&text, "containers: [{name: c, resources: {limits: {nvidia.com/gpu: 1}}}]");
        text_append(&text, hole + 2);
        scene_add_workloads(&scene, text.bytes);
        const struct trace_entry *entry = only_entry(&scene);
        cr_expect_str_eq(entry->kind, cases[i].kind);
        cr_expect_str_eq(entry->queue, "q");
        cr_expect_str_eq(entry->user, "u");
        cr_expect_eq(entry->arrival_us, 10 * MICROS_PER_SECOND);
        cr_expect_eq(entry->duration_us, 120 * MICROS_PER_SECOND);
        cr_expect_eq(entry->run_time_us, 60 * MICROS_PER_SECOND);
        cr_expect_eq(entry->pod_sets.items[0].count, cases[i].count);
        cr_expect_eq(resources_get(&entry->pod_sets.items[0].requests, "nvidia.com/gpu"), 1);
        text_release(&text);
        scene_release(&scene);
    }
}

Test(trace_yaml, begins_its_clock_with_the_first_date)
{
    struct scene scene = {0};

    scene_add_workloads(&scene, "workloads:\n"
                                "- {name: b, arrival: 2026-11-25T08:00:05Z, duration: 1}\n"
                                "- {name: a, arrival: 2026-11-25T08:00:00Z, duration: 1}\n");
    scene_expect_no_mistake(&scene);
    trace_finish(&scene.trace);
    cr_expect_str_eq(scene.trace.entries.items[0].name, "a");
    cr_expect_eq(scene.trace.entries.items[0].arrival_us, 0);
    cr_expect_eq(scene.trace.entries.items[1].arrival_us, 5 * MICROS_PER_SECOND);
    cr_expect_gt(scene.trace.origin_us, 0);
    scene_release(&scene);
}

Test(trace_yaml, tells_mistakes_with_their_place)
{
    static const struct {
        const char *text;
        int line;
        const char *words;
    } cases[] = {
        {"workloads:\n- {arrival: 0, duration: 1}\n", 2, "name: is missing"},
        {"workloads:\n- {name: a, duration: 1}\n", 2, "when does it arrive?"},
        {"workloads:\n- {name: a, arrival: 0}\n", 2, "how long does it run?"},
        {"workloads:\n- name: a\n  arrival: soon\n  duration: 1\n", 3, "no length of time"},
        {"workloads:\n- name: a\n  arrival: -1\n  duration: 1\n", 3, "negative"},
        {"workloads:\n- name: a\n  arrival: 0\n  durations: 1\n  duration: 1\n", 4,
         "did you mean 'duration'?"},
        {"workloads:\n- name: a\n  arrival: 0\n  duration: 1\n  kind: Deployment\n", 5,
         "must be Pod, Job or Notebook"},
        {"workloads:\n- name: a\n  arrival: 0\n  duration: 1\n  count: 0\n", 5, "must be from 1"},
        {"workloads:\n- name: a\n  arrival: 0\n  duration: 1\n  requests:\n"
         "    nvidia.com/gpu: half\n",
         6, "nvidia.com/gpu"},
        {"workloads:\n- {name: a, arrival: 0, duration: 1}\n"
         "- {name: b, arrival: 2026-11-25T08:00:00Z, duration: 1}\n",
         3, "others arrive at a time from the beginning"},
        {"kind: Deployment\n", 1, "Pods, Jobs and Notebooks can be simulated"},
        {"a: 1\n", 1, "no kind"},
        {"workloads: [\n", 2, ""},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct scene scene = {0};
        scene_add_workloads(&scene, cases[i].text);
        cr_assert_geq(scene.mistakes.count, 1, "%s", cases[i].text);
        cr_expect_eq(scene.mistakes.items[0].position.line, cases[i].line, "%s: line %d",
                     cases[i].text, scene.mistakes.items[0].position.line);
        cr_expect_not_null(strstr(scene.mistakes.items[0].message, cases[i].words), "%s: %s",
                           cases[i].text, scene.mistakes.items[0].message);
        scene_release(&scene);
    }
}
