/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/object.h"

#include <errno.h>

#include "base/text.h"
#include "base/timestamp.h"
#include "webhook/kinds/kind.h"

const char *object_metadata_text(const json_t *json, const char *field)
{
    return json_string_value(json_object_get(json_object_get(json, "metadata"), field));
}

static const char *metadata_map_text(const json_t *json, const char *map, const char *key)
{
    const json_t *metadata = json_object_get(json, "metadata");

    return json_string_value(json_object_get(json_object_get(metadata, map), key));
}

const char *object_label(const json_t *json, const char *key)
{
    return metadata_map_text(json, "labels", key);
}

const char *object_annotation(const json_t *json, const char *key)
{
    return metadata_map_text(json, "annotations", key);
}

void object_copy_labels(const json_t *json, struct string_map *out_labels)
{
    json_t *labels = json_object_get(json_object_get(json, "metadata"), "labels");
    const char *key;
    json_t *value;

    json_object_foreach(labels, key, value) {
        if (json_is_string(value)) {
            string_map_set(out_labels, key, json_string_value(value));
        }
    }
}

static bool parse_number(const char *text, uint64_t *out_number)
{
    char *end;

    if (text == NULL || text[0] < '0' || text[0] > '9') {
        return false;
    }
    errno = 0;
    *out_number = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0';
}

uint64_t object_resource_version(const json_t *json)
{
    uint64_t number = 0;

    parse_number(object_metadata_text(json, "resourceVersion"), &number);
    return number;
}

bool object_parse_number(const char *text, int64_t *out_number)
{
    uint64_t number;

    if (!parse_number(text, &number) || number > INT64_MAX) {
        return false;
    }
    *out_number = (int64_t)number;
    return true;
}

static char *copy_field(const json_t *json, const char *field)
{
    return memory_copy_text(json_string_value(json_object_get(json, field)));
}

void controller_reference_decode(const json_t *json, struct controller_reference *out_reference)
{
    const json_t *references =
        json_object_get(json_object_get(json, "metadata"), "ownerReferences");
    size_t index;
    const json_t *reference;

    json_array_foreach(references, index, reference) {
        if (json_is_true(json_object_get(reference, "controller"))) {
            *out_reference = (struct controller_reference){
                .api_version = copy_field(reference, "apiVersion"),
                .kind = copy_field(reference, "kind"),
                .name = copy_field(reference, "name"),
                .uid = copy_field(reference, "uid"),
            };
            return;
        }
    }
}

void controller_reference_release(struct controller_reference *reference)
{
    free(reference->api_version);
    free(reference->kind);
    free(reference->name);
    free(reference->uid);
}

static struct admission *decode_admission(const char *annotation)
{
    struct admission *admission = NULL;

    if (annotation != NULL) {
        json_auto_t *value = json_loads(annotation, JSON_REJECT_DUPLICATES, NULL);
        if (value != NULL && !admission_decode(value, &admission, NULL)) {
            return NULL;
        }
    }
    return admission;
}

static void decode_annotations(const json_t *json, struct object *object)
{
    json_t *annotations = json_object_get(json_object_get(json, "metadata"), "annotations");
    const char *key;
    json_t *value;

    object->has_annotations = json_is_object(annotations);
    json_object_foreach(annotations, key, value) {
        object->has_annotation_of_ours |=
            text_starts_with(key, ANNOTATION_PREFIX) && !text_equal(key, ANNOTATION_KEEP_UNTIL);
    }
    object->profile = memory_copy_text(object_annotation(json, ANNOTATION_PROFILE));
    object->owner_uid = memory_copy_text(object_annotation(json, ANNOTATION_OWNER));
    object->admission = decode_admission(object_annotation(json, ANNOTATION_ADMISSION));
    object->user = memory_copy_text(object_annotation(json, ANNOTATION_USER));
    object_parse_number(object_annotation(json, ANNOTATION_ARRIVAL), &object->arrival_us);
}

static void decode_metadata(const json_t *json, struct object *object)
{
    const char *created = object_metadata_text(json, "creationTimestamp");

    object->uid = memory_copy_text(object_metadata_text(json, "uid"));
    object->name = memory_copy_text(object_metadata_text(json, "name"));
    object->namespace_name = memory_copy_text(object_metadata_text(json, "namespace"));
    object->resource_version = object_resource_version(json);
    object->queue_name = memory_copy_text(object_label(json, LABEL_QUEUE_NAME));
    object->workload_priority_class = memory_copy_text(object_label(json, LABEL_PRIORITY_CLASS));
    object_parse_number(object_label(json, LABEL_MAX_EXEC_TIME), &object->max_execution_s);
    object->is_deleting = object_metadata_text(json, "deletionTimestamp") != NULL;
    if (created != NULL) {
        timestamp_parse(created, &object->created_us);
    }
    controller_reference_decode(json, &object->controller);
    decode_annotations(json, object);
}

static void decode_priority(const json_t *pod_spec, struct object *object)
{
    const json_t *priority = json_object_get(pod_spec, "priority");
    const char *name = json_string_value(json_object_get(pod_spec, "priorityClassName"));

    object->priority_class = memory_copy_text(name != NULL && name[0] != '\0' ? name : NULL);
    object->has_priority = json_is_integer(priority);
    object->priority = json_integer_value(priority);
}

/* It ends by whichever comes first: our limit, or the deadline that its own controller keeps. */
static void decode_run_time(const json_t *json, struct object *object)
{
    const json_t *field = json_object_get(json_object_get(json, "spec"), "activeDeadlineSeconds");
    int64_t deadline_s = json_integer_value(field);

    object->run_time_s = object->max_execution_s;
    if (deadline_s > 0 && (object->run_time_s == 0 || deadline_s < object->run_time_s)) {
        object->run_time_s = deadline_s;
    }
}

static void decode_pod_sets(const json_t *json, const struct configuration *configuration,
                            struct object *object)
{
    const struct kind *kind = object->kind;
    const json_t *pod_spec = kind_pod_spec(kind, json);
    struct error error;

    object->has_node_selector = json_is_object(json_object_get(pod_spec, "nodeSelector"));
    object->toleration_count = (int)json_array_size(json_object_get(pod_spec, "tolerations"));
    if (!pod_set_list_append_decoded(&object->pod_sets, POD_SET_MAIN, kind->read_count(json),
                                     pod_spec, kind->pod_spec_path, &error)) {
        object->mistake = memory_copy_text(error.message);
        return;
    }
    if (kind->read_min_count != NULL) {
        object->pod_sets.items[0].min_count = kind->read_min_count(json);
    }
    object->shape = pod_set_list_shape(&object->pod_sets);
    const struct resources *requests = &object->pod_sets.items[0].requests;
    for (size_t i = 0; i < requests->count; i++) {
        object->asks_managed |= requests->items[i].amount > 0 &&
                                configuration_manages(configuration, requests->items[i].name);
    }
}

struct object *object_decode_submitted(const struct kind *kind,
                                       const struct configuration *configuration,
                                       const json_t *json)
{
    struct object *object = memory_allocate(sizeof *object);

    object->kind = kind;
    object->gate_index = -1;
    decode_metadata(json, object);
    decode_priority(kind_pod_spec(kind, json), object);
    decode_run_time(json, object);
    decode_pod_sets(json, configuration, object);
    kind->decode_state(json, object);
    return object;
}

bool object_decode(const struct kind *kind, const struct configuration *configuration,
                   const json_t *json, struct object **out_object, struct error *error)
{
    if (object_metadata_text(json, "uid") == NULL || object_metadata_text(json, "name") == NULL ||
        object_resource_version(json) == 0) {
        return error_set(error, ERROR_INVALID, "%s without uid, name or resourceVersion",
                         kind->name);
    }
    *out_object = object_decode_submitted(kind, configuration, json);
    return true;
}

void object_destroy(struct object *object)
{
    if (object == NULL) {
        return;
    }
    free(object->uid);
    free(object->namespace_name);
    free(object->name);
    free(object->queue_name);
    free(object->profile);
    free(object->workload_priority_class);
    controller_reference_release(&object->controller);
    free(object->owner_uid);
    free(object->user);
    admission_destroy(object->admission);
    pod_set_list_release(&object->pod_sets);
    free(object->mistake);
    free(object->priority_class);
    free(object->stopped_by);
    free(object->node_name);
    free(object->placement);
    free(object);
}

bool object_matters(const struct object *object)
{
    return object->asks_managed || object->queue_name != NULL || object->gate_index >= 0 ||
           object->has_annotation_of_ours || object->mistake != NULL;
}

void object_mark_started(struct object *object, const struct admission *admission,
                         uint64_t resource_version)
{
    object->is_suspended = false;
    free(take_pointer(&object->stopped_by));
    object->gate_index = -1;
    object->resource_version = resource_version;
    if (admission != NULL) {
        admission_destroy(object->admission);
        object->admission = admission_copy(admission);
    }
}
