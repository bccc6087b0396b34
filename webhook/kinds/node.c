/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/node.h"

#include "base/text.h"
#include "policy/objects/quantity.h"
#include "webhook/kinds/object.h"

static bool has_ready_condition(const json_t *json)
{
    const json_t *conditions = json_object_get(json_object_get(json, "status"), "conditions");
    size_t index;
    const json_t *condition;

    json_array_foreach(conditions, index, condition) {
        if (text_equal(json_string_value(json_object_get(condition, "type")), "Ready")) {
            return text_equal(json_string_value(json_object_get(condition, "status")), "True");
        }
    }
    return false;
}

static void decode_allocatable(const json_t *json, struct resources *out_allocatable)
{
    json_t *amounts = json_object_get(json_object_get(json, "status"), "allocatable");
    const char *name;
    json_t *value;

    json_object_foreach(amounts, name, value) {
        int64_t amount;
        if (quantity_decode(value, name, &amount, NULL)) {
            resources_set(out_allocatable, name, amount);
        }
    }
}

bool node_decode(const json_t *json, struct node **out_node, struct error *error)
{
    const json_t *spec = json_object_get(json, "spec");
    const char *name = object_metadata_text(json, "name");

    if (name == NULL) {
        return error_set(error, ERROR_INVALID, "a node without name");
    }
    struct node *node = memory_allocate(sizeof *node);
    node->name = memory_copy_text(name);
    object_copy_labels(json, &node->labels);
    /* Nothing is sent to a node whose taints are not understood. */
    node->is_schedulable =
        taint_list_decode(json_object_get(spec, "taints"), "spec.taints", NULL, &node->taints) &&
        !json_is_true(json_object_get(spec, "unschedulable"));
    decode_allocatable(json, &node->allocatable);
    node->is_ready = has_ready_condition(json);
    *out_node = node;
    return true;
}

void node_destroy(struct node *node)
{
    if (node == NULL) {
        return;
    }
    free(node->name);
    string_map_release(&node->labels);
    taint_list_release(&node->taints);
    resources_release(&node->allocatable);
    free(node);
}

static bool taints_equal(const struct taint_list *left, const struct taint_list *right)
{
    if (left->count != right->count) {
        return false;
    }
    for (size_t i = 0; i < left->count; i++) {
        const struct taint *one = &left->items[i];
        const struct taint *other = &right->items[i];
        if (!text_equal(one->key, other->key) || !text_equal(one->value, other->value) ||
            one->effect != other->effect) {
            return false;
        }
    }
    return true;
}

bool node_equal(const struct node *left, const struct node *right)
{
    return left->is_ready == right->is_ready && left->is_schedulable == right->is_schedulable &&
           string_map_equal(&left->labels, &right->labels) &&
           taints_equal(&left->taints, &right->taints) &&
           resources_equal(&left->allocatable, &right->allocatable);
}
