/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/workload_object.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "webhook/kinds/names.h"

static char *copy_text(const json_t *json, const char *field)
{
    return memory_copy_text(json_string_value(json_object_get(json, field)));
}

static void decode_pod_sets(const json_t *spec, struct workload_object *object)
{
    size_t index;
    const json_t *set;

    json_array_foreach(json_object_get(spec, "podSets"), index, set) {
        const json_t *template = json_object_get(set, "template");
        const json_t *count = json_object_get(set, "count");
        const char *name = json_string_value(json_object_get(set, "name"));
        if (pod_set_list_append_decoded(&object->pod_sets, name != NULL ? name : POD_SET_MAIN,
                                        json_is_integer(count) ? json_integer_value(count) : 1,
                                        json_object_get(template, "spec"),
                                        "spec.podSets.template.spec", NULL)) {
            object->pod_sets.items[object->pod_sets.count - 1].min_count =
                json_integer_value(json_object_get(set, "minCount"));
        }
    }
    object->shape = pod_set_list_shape(&object->pod_sets);
    array_for_each(kept, &object->pod_sets) {
        pod_spec_release(&kept->spec); /* the shape says enough, and thousands of them wait */
    }
}

static int64_t decode_arrival(const json_t *json)
{
    const char *text = object_annotation(json, ANNOTATION_ARRIVAL);

    return text != NULL ? strtoll(text, NULL, 10) : 0;
}

static void decode_spec(const json_t *spec, struct workload_object *object)
{
    object->queue_name = copy_text(spec, "queueName");
    object->is_active = !json_is_false(json_object_get(spec, "active"));
    object->priority = json_integer_value(json_object_get(spec, "priority"));
    object->priority_class = copy_text(spec, "priorityClassName");
    object->priority_class_source = copy_text(spec, "priorityClassSource");
    object->maximum_execution_seconds =
        json_integer_value(json_object_get(spec, "maximumExecutionTimeSeconds"));
    decode_pod_sets(spec, object);
}

static void decode_requeue_state(const json_t *state, struct workload_object *object)
{
    const char *requeue_at = json_string_value(json_object_get(state, "requeueAt"));

    object->requeue_count = json_integer_value(json_object_get(state, "count"));
    if (requeue_at != NULL) {
        timestamp_parse(requeue_at, &object->requeue_at_us);
    }
}

static void decode_status(const json_t *status, struct workload_object *object)
{
    const json_t *admission = json_object_get(status, "admission");

    condition_list_decode(json_object_get(status, "conditions"), &object->conditions);
    check_status_list_decode(json_object_get(status, "admissionChecks"), &object->checks);
    decode_requeue_state(json_object_get(status, "requeueState"), object);
    object->past_execution_seconds =
        json_integer_value(json_object_get(status, WORKLOAD_PAST_EXECUTION));
    if (json_is_object(admission) &&
        !admission_decode_status(admission, &object->admission, NULL)) {
        object->admission = NULL;
    }
}

bool workload_object_decode(const json_t *json, struct workload_object **out_object,
                            struct error *error)
{
    const json_t *generation = json_object_get(json_object_get(json, "metadata"), "generation");
    struct controller_reference owner = {0};

    if (object_metadata_text(json, "uid") == NULL || object_metadata_text(json, "name") == NULL) {
        return error_set(error, ERROR_INVALID, "a Workload without uid or name");
    }
    struct workload_object *object = memory_allocate(sizeof *object);
    object->uid = memory_copy_text(object_metadata_text(json, "uid"));
    object->name = memory_copy_text(object_metadata_text(json, "name"));
    object->namespace_name = memory_copy_text(object_metadata_text(json, "namespace"));
    object->resource_version = object_resource_version(json);
    object->generation = json_integer_value(generation);
    object->is_deleting = object_metadata_text(json, "deletionTimestamp") != NULL;
    controller_reference_decode(json, &owner);
    object->owner_uid = take_pointer(&owner.uid);
    controller_reference_release(&owner);
    object->arrival_us = decode_arrival(json);
    decode_spec(json_object_get(json, "spec"), object);
    decode_status(json_object_get(json, "status"), object);
    *out_object = object;
    return true;
}

void workload_object_destroy(struct workload_object *object)
{
    if (object == NULL) {
        return;
    }
    free(object->uid);
    free(object->namespace_name);
    free(object->name);
    free(object->owner_uid);
    free(object->queue_name);
    free(object->priority_class);
    free(object->priority_class_source);
    pod_set_list_release(&object->pod_sets);
    admission_destroy(object->admission);
    condition_list_release(&object->conditions);
    check_status_list_release(&object->checks);
    free(object);
}
