/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/yaml_anchors.h"

#include <string.h>

/* Adds the nodes to the anchor's count and raises its height. */
static void measure(struct yaml_anchor *anchor, const json_t *value, size_t depth)
{
    size_t index;
    const char *key;
    const json_t *item;

    anchor->node_count++;
    anchor->height = depth > anchor->height ? depth : anchor->height;
    json_array_foreach(value, index, item) {
        measure(anchor, item, depth + 1);
    }
    json_object_foreach((json_t *)value, key, item) {
        measure(anchor, item, depth + 1);
    }
}

void yaml_anchors_add(struct yaml_anchors *anchors, const char *name, json_t *value)
{
    struct yaml_anchor anchor = {.name = memory_copy_text(name), .value = json_incref(value)};

    measure(&anchor, value, 1);
    array_append(anchors, anchor);
}

const struct yaml_anchor *yaml_anchors_find(const struct yaml_anchors *anchors, const char *name)
{
    for (size_t i = anchors->count; i > 0; i--) {
        if (strcmp(anchors->items[i - 1].name, name) == 0) {
            return &anchors->items[i - 1];
        }
    }
    return NULL;
}

void yaml_anchors_release(struct yaml_anchors *anchors)
{
    array_for_each(anchor, anchors) {
        free(anchor->name);
        json_decref(anchor->value);
    }
    array_release(anchors);
}
