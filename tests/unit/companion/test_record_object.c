/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/record_object.h"

#include "tests/unit/companion/record_text.h"
#include "webhook/kinds/names.h"

static const char *text_at(const json_t *json, const char *outer, const char *field)
{
    return json_string_value(json_object_get(json_object_get(json, outer), field));
}

static json_t *new_record(const struct scene *scene, const char *uid)
{
    const struct workload *workload = scene_workload(scene, uid);
    const struct object *asks = workload_find_waiting(workload, &scene->cluster->grants);
    auto_free char *text =
        record_object_format_new(workload, asks != NULL ? asks : workload->owner);
    json_t *json = json_loads(text, 0, NULL);

    cr_assert_not_null(json);
    return json;
}

Test(record_object, says_what_its_owner_asks_for)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_job(
        &scene,
        &(struct subject){
            .name = "job", .gpus = 2, .parallelism = 3, .is_waiting = true, .arrival_us = 77});
    scene_refresh(&scene);
    json_auto_t *json = new_record(&scene, "job");
    json_object_set_new(json_object_get(json, "metadata"), "uid", json_string("record"));
    struct workload_object *record = NULL;
    cr_assert(workload_object_decode(json, &record, NULL));
    const struct object *job = cluster_find_object(scene.cluster, &kind_job, "job");
    cr_expect_str_eq(record->owner_uid, "job");
    cr_expect_str_eq(record->namespace_name, "team");
    cr_expect_str_eq(record->queue_name, "research");
    cr_expect_eq(record->arrival_us, 77);
    cr_expect(record->is_active);
    cr_expect_eq(record->pod_sets.items[0].count, 3);
    cr_expect(
        resources_equal(&record->pod_sets.items[0].requests, &job->pod_sets.items[0].requests));
    cr_expect_eq(record->shape, job->shape);
    workload_object_destroy(record);
}

Test(record_object, has_a_name_that_any_owner_may_lend)
{
    char longest[254];
    const char *const names[] = {"a", "UPPER.case", longest};

    memset(longest, 'x', 253);
    longest[253] = '\0';
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        auto_scene struct scene scene;
        scene_init(&scene, "StrictFIFO", 8, 8);
        scene_put_pod(&scene, &(struct subject){.name = names[i], .gpus = 1, .is_waiting = true});
        scene_refresh(&scene);
        json_auto_t *json = new_record(&scene, names[i]);
        const char *name = object_metadata_text(json, "name");
        cr_expect_leq(strlen(name), 253);
        cr_expect(text_starts_with(name, "pod-"));
        cr_expect_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-."), strlen(name));
        cr_expect_eq(object_label(json, LABEL_JOB_NAME) != NULL, strlen(names[i]) <= 63);
    }
}

Test(record_object, tells_equal_names_apart)
{
    auto_scene struct scene scene;
    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_text(&scene, RESOURCE_POD,
                   "{metadata: {name: same, uid: one, namespace: team, resourceVersion: \"1\", "
                   "labels: {kueue.x-k8s.io/queue-name: research}}}");
    scene_put_text(&scene, RESOURCE_POD,
                   "{metadata: {name: same, uid: two, namespace: team, resourceVersion: \"1\", "
                   "labels: {kueue.x-k8s.io/queue-name: research}}}");
    scene_refresh(&scene);
    json_auto_t *one = new_record(&scene, "one");
    json_auto_t *two = new_record(&scene, "two");
    cr_expect_str_neq(object_metadata_text(one, "name"), object_metadata_text(two, "name"));
}

Test(record_object, is_deleted_by_uid)
{
    const struct workload_object record = {.uid = (char *)"record"};
    auto_free char *text = record_object_format_delete(&record);
    json_auto_t *json = json_loads(text, 0, NULL);

    cr_expect_str_eq(text_at(json, "preconditions", "uid"), "record");
}

Test(record_object, has_a_priority_and_a_limit_of_its_own)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_text(&scene, RESOURCE_WORKLOAD_PRIORITY_CLASS,
                   "{metadata: {name: high, uid: high}, value: 7}");
    scene_put_text(&scene, RESOURCE_JOB,
                   "{metadata: {name: job, uid: job, namespace: team, resourceVersion: \"1\", "
                   "labels: {kueue.x-k8s.io/queue-name: research, kueue.x-k8s.io/priority-class: "
                   "high, kueue.x-k8s.io/max-exec-time-seconds: \"99999999999\"}, annotations: "
                   "{kueue.x-k8s.io/job-min-parallelism: \"2\"}}, spec: {suspend: true, "
                   "parallelism: 3, template: {spec: {containers: [{name: a, resources: {limits: "
                   "{nvidia.com/gpu: 1}}}]}}}}");
    scene_refresh(&scene);
    json_auto_t *json = new_record(&scene, "job");
    json_object_set_new(json_object_get(json, "metadata"), "uid", json_string("record"));
    struct workload_object *record = NULL;
    cr_assert(workload_object_decode(json, &record, NULL));
    cr_expect_eq(record->priority, 7);
    cr_expect_str_eq(record->priority_class, "high");
    cr_expect_str_eq(record->priority_class_source, PRIORITY_SOURCE_WORKLOAD);
    cr_expect_eq(record->maximum_execution_seconds, INT32_MAX);
    cr_expect_eq(record->pod_sets.items[0].min_count, 2);
    workload_object_destroy(record);
}

Test(record_object, tells_no_class_that_the_api_server_would_refuse)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_text(&scene, RESOURCE_POD,
                   "{metadata: {name: pod, uid: pod, namespace: team, resourceVersion: \"1\", "
                   "labels: {kueue.x-k8s.io/queue-name: research, kueue.x-k8s.io/priority-class: "
                   "High_Priority}}}");
    scene_refresh(&scene);
    json_auto_t *json = new_record(&scene, "pod");
    const json_t *spec = json_object_get(json, "spec");
    cr_expect_null(json_object_get(spec, "priorityClassName"));
    cr_expect_null(json_object_get(spec, "priorityClassSource"));
    cr_expect_null(json_object_get(spec, "maximumExecutionTimeSeconds"));
    cr_expect(json_is_integer(json_object_get(spec, "priority")));
}

/* The spec's patch of the record of the gated Pod `pod`, which asks for `gpus`; NULL: none. */
static json_t *spec_patch(const char *spec, const char *status, int64_t gpus, int32_t priority)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_pod(
        &scene,
        &(struct subject){.name = "pod", .gpus = gpus, .is_waiting = true, .queue = "research"});
    put_record(&scene, "pod", spec, status);
    scene_refresh(&scene);
    struct workload *workload = scene_workload(&scene, "pod");
    workload->order.priority = priority;
    auto_free char *text = record_object_format_spec(
        workload, workload_find_waiting(workload, &scene.cluster->grants));
    json_auto_t *json = text != NULL ? json_loads(text, 0, NULL) : NULL;
    cr_assert(json == NULL || object_resource_version(json) > 1000);
    return json_incref(json_object_get(json, "spec"));
}

Test(record_object, follows_what_is_asked_for_until_it_is_reserved)
{
    json_auto_t *same = spec_patch("", "", 1, 0);
    json_auto_t *more = spec_patch("", "", 2, 0);
    json_auto_t *reserved = spec_patch("", HOLDS, 2, 0);
    json_auto_t *limited = spec_patch(", maximumExecutionTimeSeconds: 5", "", 1, 0);

    cr_expect_null(same);
    cr_assert_not_null(more);
    cr_expect_eq(json_array_size(json_object_get(more, "podSets")), 1);
    cr_expect(json_is_null(json_object_get(more, "priorityClassName")));
    cr_expect_null(reserved);
    cr_assert_not_null(limited);
    cr_expect(json_is_null(json_object_get(limited, "maximumExecutionTimeSeconds")));
}

Test(record_object, follows_the_priority_of_its_owner)
{
    json_auto_t *raised = spec_patch("", "", 1, 5);
    json_auto_t *expected = yaml_text("{priority: 5}");
    json_auto_t *known = spec_patch(", priority: 5", "", 1, 5);

    cr_expect(json_equal(raised, expected));
    cr_expect_null(known);
}

Test(record_object, is_made_inactive_once_its_status_says_so)
{
    static const char status[] =
        HOLDS_AND(CONDITION("DeactivationTarget", "True", "MaximumExecutionTimeExceeded", ""));
    json_auto_t *active = spec_patch("", status, 1, 0);
    json_auto_t *expected = yaml_text("{active: false}");
    json_auto_t *inactive = spec_patch(", active: false", status, 1, 0);

    cr_expect(json_equal(active, expected));
    cr_expect_null(inactive);
}
