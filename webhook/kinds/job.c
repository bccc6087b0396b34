/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/kind.h"

#include "base/text.h"

static bool is_suspended(const json_t *json)
{
    return json_is_true(json_object_get(json_object_get(json, "spec"), "suspend"));
}

static bool has_condition(const json_t *json, const char *type)
{
    const json_t *conditions = json_object_get(json_object_get(json, "status"), "conditions");
    size_t index;
    const json_t *condition;

    json_array_foreach(conditions, index, condition) {
        if (text_equal(json_string_value(json_object_get(condition, "type")), type) &&
            text_equal(json_string_value(json_object_get(condition, "status")), "True")) {
            return true;
        }
    }
    return false;
}

static void decode_state(const json_t *json, struct object *object)
{
    object->is_suspended = is_suspended(json);
    object->has_failed = has_condition(json, "Failed");
    object->is_finished = object->has_failed || has_condition(json, "Complete");
}

/* parallelism, and no more than the completions that are asked for (batch/v1 JobSpec). */
static int64_t read_count(const json_t *json)
{
    const json_t *spec = json_object_get(json, "spec");
    const json_t *parallelism = json_object_get(spec, "parallelism");
    const json_t *completions = json_object_get(spec, "completions");
    int64_t count = json_is_integer(parallelism) ? json_integer_value(parallelism) : 1;

    if (json_is_integer(completions) && json_integer_value(completions) < count) {
        count = json_integer_value(completions);
    }
    return count;
}

static void suspend(const json_t *json, struct json_patch *patch)
{
    if (!is_suspended(json)) {
        json_patch_add(patch, "/spec/suspend", json_true());
    }
}

static void resume(const struct object *object, struct json_patch *patch)
{
    if (object->is_suspended) {
        json_patch_add(patch, "/spec/suspend", json_false());
    }
}

const struct kind kind_job = {
    .id = KIND_JOB,
    .name = "Job",
    .group = "batch",
    .api_version = "batch/v1",
    .collection = "/apis/batch/v1",
    .resource = "jobs",
    .pod_spec_path = "spec.template.spec",
    .pod_spec_pointer = "/spec/template/spec",
    .decode_state = decode_state,
    .read_count = read_count,
    .is_suspended = is_suspended,
    .suspend = suspend,
    .resume = resume,
};
