/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/kind.h"

#include <inttypes.h>

#include "base/text.h"
#include "webhook/kinds/names.h"

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
    const json_t *status = json_object_get(json, "status");

    object->is_suspended = is_suspended(json);
    object->has_failed = has_condition(json, "Failed");
    object->is_finished = object->has_failed || has_condition(json, "Complete");
    object->succeeded_count = json_integer_value(json_object_get(status, "succeeded"));
    object->has_start_time = json_is_string(json_object_get(status, "startTime"));
    object->placement = memory_copy_text(object_annotation(json, ANNOTATION_PLACEMENT));
    object_parse_number(object_annotation(json, ANNOTATION_PARALLELISM), &object->whole_count);
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

/* Kueue's annotation of a Job that may start with fewer pods; nonsense is ignored. */
static int64_t read_min_count(const json_t *json)
{
    int64_t least = 0;

    object_parse_number(object_annotation(json, ANNOTATION_MIN_PARALLELISM), &least);
    return least < read_count(json) ? least : 0;
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

static void shrink(const struct object *object, int64_t count, struct json_patch *patch)
{
    int64_t whole = object->pod_sets.items[0].count;
    auto_free char *text = text_format("%" PRId64, whole);
    bool has_annotations = true; /* the admission was written before */

    json_patch_set_entry(patch, "/metadata/annotations", &has_annotations, ANNOTATION_PARALLELISM,
                         text);
    json_patch_add(patch, "/spec/parallelism", json_integer(count));
}

static void restore(const struct object *object, struct json_patch *patch)
{
    if (object->whole_count != 0) {
        json_patch_remove_entry(patch, "/metadata/annotations", ANNOTATION_PARALLELISM);
        json_patch_add(patch, "/spec/parallelism", json_integer(object->whole_count));
    }
}

static void stop(const struct object *object, const char *reason, int64_t now_us,
                 struct json_patch *patch)
{
    (void)reason;
    (void)now_us;
    restore(object, patch);
    if (!object->is_suspended) {
        json_patch_add(patch, "/spec/suspend", json_true());
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
    .read_min_count = read_min_count,
    .is_suspended = is_suspended,
    .suspend = suspend,
    .resume = resume,
    .shrink = shrink,
    .restore = restore,
    .stop = stop,
};
