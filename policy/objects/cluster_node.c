/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/cluster_node.h"

#include "base/text.h"
#include "policy/objects/field.h"
#include "policy/objects/quantity.h"

static void read_metadata(const struct field *root, struct cluster_node *node)
{
    auto_field struct field metadata = field_get(root, "metadata");
    auto_field struct field name = field_get(&metadata, "name");
    auto_field struct field labels = field_get(&metadata, "labels");

    node->name = memory_copy_text(field_required_name(&name));
    field_string_map(&labels, &node->labels);
}

static void read_spec(const struct field *root, struct cluster_node *node)
{
    auto_field struct field spec = field_get(root, "spec");
    auto_field struct field taints = field_get(&spec, "taints");
    auto_field struct field cordon = field_get(&spec, "unschedulable");

    /* Nothing is sent to a node whose taints are not understood. */
    bool is_understood =
        taint_list_decode(taints.value, taints.path, root->decoding->findings, &node->taints);
    root->decoding->has_mistake |= !is_understood;
    node->is_schedulable = is_understood && !field_bool(&cordon, false);
}

static void read_allocatable(const struct field *status, struct cluster_node *node)
{
    auto_field struct field allocatable = field_get(status, "allocatable");
    const char *name;
    const json_t *value;

    if (!field_is_object(&allocatable)) {
        return;
    }
    json_object_foreach((json_t *)allocatable.value, name, value) {
        auto_field struct field field = field_get(&allocatable, name);
        struct error error = {0};
        int64_t amount;
        if (quantity_decode(value, name, &amount, &error)) {
            resources_set(&node->allocatable, name, amount);
        } else {
            field_fault(&field, "%s", error.message);
        }
    }
}

static bool is_ready(const struct field *status)
{
    const json_t *conditions = json_object_get(status->value, "conditions");
    size_t index;
    const json_t *condition;

    json_array_foreach(conditions, index, condition) {
        if (text_equal(json_string_value(json_object_get(condition, "type")), "Ready")) {
            return text_equal(json_string_value(json_object_get(condition, "status")), "True");
        }
    }
    return false;
}

bool cluster_node_decode(const json_t *object, struct findings *findings,
                         struct cluster_node **out_node)
{
    struct decoding decoding = {.findings = findings};
    auto_field struct field root = field_root(&decoding, object, "");
    auto_field struct field status = field_get(&root, "status");
    struct cluster_node *node = memory_allocate(sizeof *node);

    read_metadata(&root, node);
    read_spec(&root, node);
    read_allocatable(&status, node);
    node->is_ready = is_ready(&status);
    if (node->name == NULL) {
        cluster_node_destroy(node);
        return false;
    }
    *out_node = node;
    return true;
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

bool cluster_node_equal(const struct cluster_node *left, const struct cluster_node *right)
{
    return left->is_ready == right->is_ready && left->is_schedulable == right->is_schedulable &&
           string_map_equal(&left->labels, &right->labels) &&
           taints_equal(&left->taints, &right->taints) &&
           resources_equal(&left->allocatable, &right->allocatable);
}

void cluster_node_destroy(struct cluster_node *node)
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
