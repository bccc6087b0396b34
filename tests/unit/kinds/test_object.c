/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/object.h"

#include "base/text.h"
#include "tests/unit/kinds/decoded.h"

Test(object, is_read_as_far_as_we_care)
{
    auto_object struct object *pod = decode_object(
        &kind_pod,
        "{metadata: {" METADATA ", creationTimestamp: \"2026-01-01T00:00:00Z\", "
        "deletionTimestamp: \"2026-01-02T00:00:00Z\", labels: {kueue.x-k8s.io/queue-name: q}, "
        "annotations: {gpuaas.dev/arrival: \"123\", gpuaas.dev/owner: o, "
        "opendatahub.io/hardware-profile-name: a100}, ownerReferences: [{kind: X, name: x, uid: "
        "x}, {kind: Job, name: j, uid: j, controller: true}]}, spec: {nodeName: n, containers: "
        "[{name: a, resources: {limits: {nvidia.com/gpu: 2}}}]}, status: {phase: Failed}}");

    cr_expect_eq(pod->resource_version, 7);
    cr_expect_str_eq(pod->queue_name, "q");
    cr_expect_str_eq(pod->profile, "a100");
    cr_expect_str_eq(pod->controller.uid, "j");
    cr_expect_eq(pod->arrival_us, 123);
    cr_expect_str_eq(pod->owner_uid, "o");
    cr_expect_eq(pod->created_us, 1767225600000000);
    cr_expect(pod->asks_managed);
    cr_expect(pod->is_deleting);
    cr_expect(pod->is_finished);
    cr_expect(pod->has_failed);
    cr_expect_not(pod->is_suspended);
    cr_expect_str_eq(pod->node_name, "n");
    cr_expect_eq(resources_get(&pod->pod_sets.items[0].requests, "nvidia.com/gpu"), 2);
}

Test(object, matters_if_it_asks_or_waits_or_was_touched_by_us)
{
    static const struct {
        const char *pod;
        bool matters;
    } cases[] = {
        {"{metadata: {" METADATA "}, spec: {containers: [{name: a}]}}", false},
        {"{metadata: {" METADATA ", annotations: {gpuaas.dev/keep-until: x}}}", false},
        {"{metadata: {" METADATA ", annotations: {gpuaas.dev/fence: x}}}", true},
        {"{metadata: {" METADATA ", labels: {kueue.x-k8s.io/queue-name: q}}}", true},
        {"{metadata: {" METADATA "}, spec: {schedulingGates: [{name: kueue.x-k8s.io/admission}]}}",
         true},
        {"{metadata: {" METADATA "}, spec: {schedulingGates: [{name: other}]}}", false},
        {"{metadata: {" METADATA
         "}, spec: {containers: [{name: a, resources: {limits: {amd.com/gpu: 1}}}]}}",
         true},
        {"{metadata: {" METADATA
         "}, spec: {containers: [{name: a, resources: {limits: {nvidia.com/gpu: 0}}}]}}",
         false},
        {"{metadata: {" METADATA
         "}, spec: {containers: [{name: a, resources: {limits: {nvidia.com/gpu: -1}}}]}}",
         true},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_object struct object *object = decode_object(&kind_pod, cases[i].pod);
        cr_expect_eq(object_matters(object), cases[i].matters, "%s", cases[i].pod);
    }
}

Test(object, believes_no_annotation_that_it_cannot_read)
{
    static const char *const annotations[] = {
        "gpuaas.dev/admission: \"{\"",
        "gpuaas.dev/admission: \"[]\"",
        "gpuaas.dev/admission: \"{}\"",
        "gpuaas.dev/arrival: \"-5\"",
        "gpuaas.dev/arrival: \"5x\"",
        "gpuaas.dev/arrival: \"\"",
        "gpuaas.dev/arrival: \"9223372036854775808\"",
        "gpuaas.dev/arrival: \"99999999999999999999\"",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(annotations); i++) {
        auto_free char *yaml =
            text_format("{metadata: {" METADATA ", annotations: {%s}}}", annotations[i]);
        auto_object struct object *object = decode_object(&kind_pod, yaml);
        cr_expect_null(object->admission);
        cr_expect_eq(object->arrival_us, 0);
    }
}

Test(object, needs_uid_and_name_and_version)
{
    static const char *const objects[] = {
        "{metadata: {name: a, uid: u}}",
        "{metadata: {name: a, resourceVersion: \"1\"}}",
        "{metadata: {uid: u, resourceVersion: \"1\"}}",
        "{metadata: {name: a, uid: u, resourceVersion: \"x\"}}",
        "{metadata: {name: a, uid: u, resourceVersion: \"0\"}}",
        "{}",
    };
    struct configuration *configuration = NULL;

    cr_assert(configuration_decode(NULL, NULL, &configuration));
    for (size_t i = 0; i < ARRAY_LENGTH(objects); i++) {
        json_auto_t *json = yaml_text(objects[i]);
        struct object *object = NULL;
        struct error error;
        cr_expect_not(object_decode(&kind_pod, configuration, json, &object, &error));
        cr_expect_null(object);
    }
    configuration_unref(configuration);
}

Test(object, knows_when_a_job_is_at_its_end)
{
    static const struct {
        const char *condition;
        bool is_finished;
        bool has_failed;
    } cases[] = {
        {"{type: Complete, status: \"True\"}", true, false},
        {"{type: Failed, status: \"True\"}", true, true},
        {"{type: Complete, status: \"False\"}", false, false},
        {"{type: Suspended, status: \"True\"}", false, false},
        {"{type: FailureTarget, status: \"True\"}", false, false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *yaml = text_format("{metadata: {" METADATA "}, status: {conditions: [%s]}}",
                                           cases[i].condition);
        auto_object struct object *job = decode_object(&kind_job, yaml);
        cr_expect_eq(job->is_finished, cases[i].is_finished, "%s", yaml);
        cr_expect_eq(job->has_failed, cases[i].has_failed, "%s", yaml);
    }
}

Test(object, knows_what_it_is_worth_and_how_long_it_may_run)
{
    static const struct {
        const struct kind *kind;
        const char *labels;
        const char *spec;
        bool has_priority;
        int64_t priority;
        const char *class;
        const char *workload_class;
        int64_t max_execution_s;
        int64_t run_time_s;
    } cases[] = {
        {&kind_pod, "{}", "{}", false, 0, NULL, NULL, 0, 0},
        {&kind_pod, "{}", "{priority: -7, priorityClassName: low}", true, -7, "low", NULL, 0, 0},
        {&kind_pod, "{kueue.x-k8s.io/priority-class: high}", "{priorityClassName: \"\"}", false, 0,
         NULL, "high", 0, 0},
        {&kind_job, "{}", "{template: {spec: {priorityClassName: low}}}", false, 0, "low", NULL, 0,
         0},
        {&kind_pod, "{kueue.x-k8s.io/max-exec-time-seconds: \"60\"}", "{}", false, 0, NULL, NULL,
         60, 60},
        {&kind_job, "{}", "{activeDeadlineSeconds: 30}", false, 0, NULL, NULL, 0, 30},
        {&kind_job, "{kueue.x-k8s.io/max-exec-time-seconds: \"60\"}", "{activeDeadlineSeconds: 30}",
         false, 0, NULL, NULL, 60, 30},
        {&kind_job, "{kueue.x-k8s.io/max-exec-time-seconds: \"60\"}", "{activeDeadlineSeconds: 90}",
         false, 0, NULL, NULL, 60, 60},
        {&kind_job, "{kueue.x-k8s.io/max-exec-time-seconds: soon}", "{}", false, 0, NULL, NULL, 0,
         0},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *yaml = text_format("{metadata: {" METADATA ", labels: %s}, spec: %s}",
                                           cases[i].labels, cases[i].spec);
        auto_object struct object *object = decode_object(cases[i].kind, yaml);
        cr_expect_eq(object->has_priority, cases[i].has_priority, "case %zu", i);
        cr_expect_eq(object->priority, cases[i].priority, "case %zu", i);
        cr_expect(text_equal(object->priority_class, cases[i].class), "case %zu", i);
        cr_expect(text_equal(object->workload_priority_class, cases[i].workload_class), "case %zu",
                  i);
        cr_expect_eq(object->max_execution_s, cases[i].max_execution_s, "case %zu", i);
        cr_expect_eq(object->run_time_s, cases[i].run_time_s, "case %zu", i);
    }
}

Test(object, knows_with_how_few_pods_a_job_may_start)
{
    static const struct {
        const char *least;
        int64_t min_count;
    } cases[] = {{"2", 2}, {"3", 0}, {"9", 0}, {"0", 0}, {"-1", 0}, {"few", 0}};
    uint64_t whole = 0;

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *yaml =
            text_format("{metadata: {" METADATA ", annotations: {kueue.x-k8s.io/"
                        "job-min-parallelism: \"%s\", gpuaas.dev/parallelism: \"8\"}}, spec: "
                        "{parallelism: 3, template: {spec: {}}}, status: {succeeded: 5}}",
                        cases[i].least);
        auto_object struct object *job = decode_object(&kind_job, yaml);
        cr_expect_eq(job->pod_sets.items[0].count, 3);
        cr_expect_eq(job->pod_sets.items[0].min_count, cases[i].min_count, "%s", cases[i].least);
        cr_expect_eq(job->succeeded_count, 5);
        cr_expect_eq(job->whole_count, 8);
        whole = i == 1 ? job->shape : whole;
        cr_expect(i < 2 || job->shape == whole);
    }
}

Test(object, knows_since_when_a_pod_is_ready)
{
    static const struct {
        const char *condition;
        int64_t ready_us;
    } cases[] = {
        {"{type: Ready, status: \"True\", lastTransitionTime: \"2026-01-01T00:00:00Z\"}",
         1767225600000000},
        {"{type: Ready, status: \"False\", lastTransitionTime: \"2026-01-01T00:00:00Z\"}", 0},
        {"{type: Initialized, status: \"True\", lastTransitionTime: \"2026-01-01T00:00:00Z\"}", 0},
        {"{type: Ready, status: \"True\"}", 0},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *yaml = text_format("{metadata: {" METADATA "}, status: {conditions: [%s]}}",
                                           cases[i].condition);
        auto_object struct object *pod = decode_object(&kind_pod, yaml);
        cr_expect_eq(pod->ready_us, cases[i].ready_us, "case %zu", i);
    }
}

Test(object, knows_who_made_it)
{
    auto_object struct object *pod = decode_object(
        &kind_pod, "{metadata: {" METADATA ", annotations: {gpuaas.dev/user: alice}}}");

    cr_expect_str_eq(pod->user, "alice");
}
