/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/kind.h"

#include "base/text.h"
#include "base/timestamp.h"

static const json_t *scheduling_gates(const json_t *json)
{
    return json_object_get(json_object_get(json, "spec"), "schedulingGates");
}

static int find_gate(const json_t *gates)
{
    size_t index;
    const json_t *gate;

    json_array_foreach(gates, index, gate) {
        if (text_equal(json_string_value(json_object_get(gate, "name")), GATE_ADMISSION)) {
            return (int)index;
        }
    }
    return -1;
}

/* Since when the condition Ready is True; 0: it is not. */
static int64_t read_ready_us(const json_t *json)
{
    const json_t *conditions = json_object_get(json_object_get(json, "status"), "conditions");
    size_t index;
    const json_t *condition;
    int64_t ready_us = 0;

    json_array_foreach(conditions, index, condition) {
        const char *changed = json_string_value(json_object_get(condition, "lastTransitionTime"));
        if (text_equal(json_string_value(json_object_get(condition, "type")), "Ready") &&
            text_equal(json_string_value(json_object_get(condition, "status")), "True") &&
            changed != NULL) {
            timestamp_parse(changed, &ready_us);
        }
    }
    return ready_us;
}

static void decode_state(const json_t *json, struct object *object)
{
    const json_t *gates = scheduling_gates(json);
    const char *phase =
        json_string_value(json_object_get(json_object_get(json, "status"), "phase"));
    const char *node =
        json_string_value(json_object_get(json_object_get(json, "spec"), "nodeName"));

    object->gate_index = find_gate(gates);
    object->gate_count = (int)json_array_size(gates);
    object->is_suspended = object->gate_index >= 0;
    object->has_failed = text_equal(phase, "Failed");
    object->is_finished = object->has_failed || text_equal(phase, "Succeeded");
    object->node_name = memory_copy_text(node);
    object->ready_us = read_ready_us(json);
}

static int64_t read_count(const json_t *json)
{
    (void)json;
    return 1;
}

static bool is_suspended(const json_t *json)
{
    return find_gate(scheduling_gates(json)) >= 0;
}

static void suspend(const json_t *json, struct json_patch *patch)
{
    bool has_gates = json_is_array(scheduling_gates(json));

    if (!is_suspended(json)) {
        json_patch_append(patch, "/spec/schedulingGates", &has_gates,
                          json_pack("{s:s}", "name", GATE_ADMISSION));
    }
}

static void resume(const struct object *object, struct json_patch *patch)
{
    auto_free char *gate = text_format("/spec/schedulingGates/%d", object->gate_index);

    if (object->gate_index >= 0) {
        json_patch_remove(patch, object->gate_count > 1 ? gate : "/spec/schedulingGates");
    }
}

const struct kind kind_pod = {
    .id = KIND_POD,
    .name = "Pod",
    .group = "",
    .api_version = "v1",
    .collection = "/api/v1",
    .resource = "pods",
    .pod_spec_path = "spec",
    .pod_spec_pointer = "/spec",
    .decode_state = decode_state,
    .read_count = read_count,
    .is_suspended = is_suspended,
    .suspend = suspend,
    .resume = resume,
};
