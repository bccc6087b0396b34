/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/node.h"

#include "base/text.h"
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

bool node_decode(const json_t *json, struct node **out_node, struct error *error)
{
    const char *name = object_metadata_text(json, "name");

    if (name == NULL) {
        return error_set(error, ERROR_INVALID, "a node without name");
    }
    struct node *node = memory_allocate(sizeof *node);
    node->name = memory_copy_text(name);
    object_copy_labels(json, &node->labels);
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
    free(node);
}
