/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/workload_object.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "webhook/kinds/names.h"

static char *copy_text(const json_t *json, const char *field)
{
    return memory_copy_text(json_string_value(json_object_get(json, field)));
}

static void decode_conditions(const json_t *conditions, struct condition_list *out_list)
{
    size_t index;
    const json_t *value;

    json_array_foreach(conditions, index, value) {
        struct condition condition = {
            .type = copy_text(value, "type"),
            .is_true = text_equal(json_string_value(json_object_get(value, "status")), "True"),
            .reason = copy_text(value, "reason"),
            .message = copy_text(value, "message"),
        };
        const char *changed = json_string_value(json_object_get(value, "lastTransitionTime"));
        if (changed != NULL) {
            clock_parse(changed, &condition.changed_us);
        }
        array_append(out_list, condition);
    }
}

static void decode_pod_sets(const json_t *spec, struct workload_object *object)
{
    size_t index;
    const json_t *set;

    json_array_foreach(json_object_get(spec, "podSets"), index, set) {
        const json_t *template = json_object_get(set, "template");
        const json_t *count = json_object_get(set, "count");
        const char *name = json_string_value(json_object_get(set, "name"));
        if (!pod_set_list_append_decoded(&object->pod_sets, name != NULL ? name : POD_SET_MAIN,
                                         json_is_integer(count) ? json_integer_value(count) : 1,
                                         json_object_get(template, "spec"),
                                         "spec.podSets.template.spec", NULL)) {
            continue;
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

bool workload_object_decode(const json_t *json, struct workload_object **out_object,
                            struct error *error)
{
    const json_t *spec = json_object_get(json, "spec");
    const json_t *status = json_object_get(json, "status");
    const json_t *admission = json_object_get(status, "admission");
    struct controller_reference owner = {0};

    if (object_metadata_text(json, "uid") == NULL || object_metadata_text(json, "name") == NULL) {
        return error_set(error, ERROR_INVALID, "a Workload without uid or name");
    }
    struct workload_object *object = memory_allocate(sizeof *object);
    object->uid = memory_copy_text(object_metadata_text(json, "uid"));
    object->name = memory_copy_text(object_metadata_text(json, "name"));
    object->namespace_name = memory_copy_text(object_metadata_text(json, "namespace"));
    object->resource_version = object_resource_version(json);
    object->is_deleting = object_metadata_text(json, "deletionTimestamp") != NULL;
    controller_reference_decode(json, &owner);
    object->owner_uid = take_pointer(&owner.uid);
    controller_reference_release(&owner);
    object->queue_name = copy_text(spec, "queueName");
    object->is_active = !json_is_false(json_object_get(spec, "active"));
    object->arrival_us = decode_arrival(json);
    decode_pod_sets(spec, object);
    decode_conditions(json_object_get(status, "conditions"), &object->conditions);
    if (json_is_object(admission) &&
        !admission_decode_status(admission, &object->admission, NULL)) {
        object->admission = NULL;
    }
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
    pod_set_list_release(&object->pod_sets);
    admission_destroy(object->admission);
    condition_list_release(&object->conditions);
    free(object);
}

void condition_list_release(struct condition_list *list)
{
    array_for_each(condition, list) {
        free(condition->type);
        free(condition->reason);
        free(condition->message);
    }
    array_release(list);
}

const struct condition *condition_list_find(const struct condition_list *list, const char *type)
{
    array_for_each(condition, list) {
        if (text_equal(condition->type, type)) {
            return condition;
        }
    }
    return NULL;
}

void condition_list_set(struct condition_list *list, const char *type, bool is_true,
                        const char *reason, const char *message, int64_t now_us)
{
    struct condition *condition = (struct condition *)condition_list_find(list, type);

    if (condition == NULL) {
        array_append(list,
                     ((struct condition){.type = memory_copy_text(type), .is_true = !is_true}));
        condition = &list->items[list->count - 1];
    }
    if (condition->is_true != is_true) {
        condition->changed_us = now_us;
    }
    free(condition->reason);
    free(condition->message);
    condition->is_true = is_true;
    condition->reason = memory_copy_text(reason);
    condition->message = memory_copy_text(message);
}

bool condition_list_equal(const struct condition_list *left, const struct condition_list *right)
{
    if (left->count != right->count) {
        return false;
    }
    array_for_each(condition, left) {
        const struct condition *other = condition_list_find(right, condition->type);
        if (other == NULL || other->is_true != condition->is_true ||
            !text_equal(other->reason, condition->reason) ||
            !text_equal(other->message, condition->message)) {
            return false;
        }
    }
    return true;
}

void condition_list_copy(const struct condition_list *list, struct condition_list *out_copy)
{
    memset(out_copy, 0, sizeof *out_copy);
    array_for_each(condition, list) {
        array_append(out_copy, ((struct condition){
                                   .type = memory_copy_text(condition->type),
                                   .is_true = condition->is_true,
                                   .reason = memory_copy_text(condition->reason),
                                   .message = memory_copy_text(condition->message),
                                   .changed_us = condition->changed_us,
                               }));
    }
}

json_t *condition_list_encode(const struct condition_list *list, int64_t observed_generation)
{
    json_t *conditions = json_array();

    array_for_each(condition, list) {
        char changed[CLOCK_TEXT_BYTES];
        clock_format_seconds(condition->changed_us, changed);
        json_array_append_new(
            conditions,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "type", condition->type, "status",
                      condition->is_true ? "True" : "False", "reason",
                      condition->reason != NULL ? condition->reason : "", "message",
                      condition->message != NULL ? condition->message : "", "lastTransitionTime",
                      changed, "observedGeneration", (json_int_t)observed_generation));
    }
    return conditions;
}
