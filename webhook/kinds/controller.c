/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/controller.h"

#include <string.h>

#include "base/text.h"
#include "base/timestamp.h"

bool controller_decode(const json_t *json, bool is_statefulset, struct controller **out_controller,
                       struct error *error)
{
    const json_t *spec = json_object_get(json, "spec");
    const json_t *replicas = json_object_get(spec, "replicas");
    const json_t *start = json_object_get(json_object_get(spec, "ordinals"), "start");
    const char *created = object_metadata_text(json, "creationTimestamp");

    if (object_metadata_text(json, "uid") == NULL || object_metadata_text(json, "name") == NULL) {
        return error_set(error, ERROR_INVALID, "a controller without uid or name");
    }
    struct controller *controller = memory_allocate(sizeof *controller);
    controller->uid = memory_copy_text(object_metadata_text(json, "uid"));
    controller->namespace_name = memory_copy_text(object_metadata_text(json, "namespace"));
    controller->name = memory_copy_text(object_metadata_text(json, "name"));
    controller->is_statefulset = is_statefulset;
    controller->is_deleting = object_metadata_text(json, "deletionTimestamp") != NULL;
    controller->resource_version = object_resource_version(json);
    controller->replicas = json_is_integer(replicas) ? json_integer_value(replicas) : 1;
    controller->first_ordinal = json_integer_value(start);
    if (created != NULL) {
        timestamp_parse(created, &controller->created_us);
    }
    controller_reference_decode(json, &controller->controller);
    *out_controller = controller;
    return true;
}

void controller_destroy(struct controller *controller)
{
    if (controller == NULL) {
        return;
    }
    free(controller->uid);
    free(controller->namespace_name);
    free(controller->name);
    controller_reference_release(&controller->controller);
    free(controller);
}

bool controller_wants_pod(const struct controller *controller, const char *pod_name)
{
    size_t name_bytes = strlen(controller->name);
    char *end;

    if (controller->is_deleting || !text_starts_with(pod_name, controller->name) ||
        pod_name[name_bytes] != '-') {
        return false;
    }
    long long ordinal = strtoll(pod_name + name_bytes + 1, &end, 10);
    return *end == '\0' && end != pod_name + name_bytes + 1 &&
           ordinal >= controller->first_ordinal &&
           ordinal - controller->first_ordinal < controller->replicas;
}
