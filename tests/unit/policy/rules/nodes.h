/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <criterion/criterion.h>

#include "base/text.h"
#include "policy/objects/quantity.h"
#include "policy/rules/placement.h"
#include "tests/unit/policy/yaml_text.h"

static inline void read_amounts(const json_t *object, struct resources *resources)
{
    const char *name;
    const json_t *value;
    struct error error = {0};

    json_object_foreach((json_t *)object, name, value) {
        int64_t amount;
        cr_assert(quantity_decode(value, name, &amount, &error), "%s", error.message);
        resources_set(resources, name, amount);
    }
}

/* Adds the nodes of a YAML list: [{name: a, has: {nvidia.com/gpu: 4}, uses: {nvidia.com/gpu: 1},
 * labels: {…}, taints: […], ready: false}]. */
static inline void add_nodes(struct placement *placement, const char *yaml)
{
    json_auto_t *list = yaml_text(yaml);
    size_t index;
    const json_t *item;

    json_array_foreach(list, index, item) {
        auto_string_map struct string_map labels = {0};
        auto_resources struct resources allocatable = {0};
        struct taint_list taints = {0};
        const char *key;
        const json_t *value;
        json_object_foreach(json_object_get(item, "labels"), key, value) {
            string_map_set(&labels, key, json_string_value(value));
        }
        cr_assert(taint_list_decode(json_object_get(item, "taints"), "taints", NULL, &taints));
        read_amounts(json_object_get(item, "has"), &allocatable);
        struct placement_node *node = placement_add_node(
            placement, json_string_value(json_object_get(item, "name")), &labels, &taints,
            !json_is_false(json_object_get(item, "ready")), &allocatable);
        read_amounts(json_object_get(item, "uses"), &node->used);
        taint_list_release(&taints);
    }
}

/* "b 1, a 3". Owned. */
static inline char *format_picks(const struct placement *placement,
                                 const struct placement_picks *picks)
{
    struct text text = {0};

    array_for_each(pick, picks) {
        text_append_format(&text, "%s%s %lld", text.size_bytes > 0 ? ", " : "",
                           placement->nodes.items[pick->node].name, (long long)pick->count);
    }
    return text_take(&text);
}
