/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/placement.h"

#include "policy/rules/saturating.h"

static void copy_resources(const struct resources *resources, struct resources *out_copy)
{
    array_for_each(item, resources) {
        struct resource_amount copy = {memory_copy_text(item->name), item->amount};
        array_append(out_copy, copy);
    }
}

static void copy_labels(const struct string_map *labels, struct string_map *out_copy)
{
    for (size_t i = 0; i < labels->count; i++) {
        string_map_set(out_copy, labels->pairs[i].key, labels->pairs[i].value);
    }
}

static void copy_taints(const struct taint_list *taints, struct taint_list *out_copy)
{
    array_for_each(taint, taints) {
        struct taint copy = {
            .key = memory_copy_text(taint->key),
            .value = memory_copy_text(taint->value),
            .effect = taint->effect,
        };
        array_append(out_copy, copy);
    }
}

static void release_node(struct placement_node *node)
{
    resources_release(&node->used);
    if (!reference_drop(node->references)) {
        return;
    }
    free(node->name);
    string_map_release(&node->labels);
    taint_list_release(&node->taints);
    resources_release(&node->allocatable);
    free(node->references);
}

void placement_release(struct placement *placement)
{
    array_for_each(node, &placement->nodes) {
        release_node(node);
    }
    array_release(&placement->nodes);
}

void placement_copy(const struct placement *placement, struct placement *out_copy)
{
    memset(out_copy, 0, sizeof *out_copy);
    array_for_each(node, &placement->nodes) {
        struct placement_node copy = *node;
        reference_take(copy.references);
        memset(&copy.used, 0, sizeof copy.used);
        copy_resources(&node->used, &copy.used);
        array_append(&out_copy->nodes, copy);
    }
}

struct placement_node *placement_add_node(struct placement *placement, const char *name,
                                          const struct string_map *labels,
                                          const struct taint_list *taints, bool is_ready,
                                          const struct resources *allocatable)
{
    struct placement_node node = {
        .name = memory_copy_text(name),
        .is_ready = is_ready,
        .references = memory_allocate(sizeof *node.references),
    };

    copy_labels(labels, &node.labels);
    if (taints != NULL) {
        copy_taints(taints, &node.taints);
    }
    copy_resources(allocatable, &node.allocatable);
    array_append(&placement->nodes, node);
    return &placement->nodes.items[placement->nodes.count - 1];
}

int placement_find_node(const struct placement *placement, const char *name)
{
    for (size_t i = 0; i < placement->nodes.count; i++) {
        if (strcmp(placement->nodes.items[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* `sign` is 1 for pods that come and -1 for pods that go. */
static void change_used(struct placement *placement, const struct placement_picks *picks,
                        const struct resources *requests, int64_t sign)
{
    array_for_each(pick, picks) {
        struct resources *used = &placement->nodes.items[pick->node].used;
        array_for_each(request, requests) {
            int64_t amount;
            if (__builtin_mul_overflow(request->amount, pick->count, &amount)) {
                amount = INT64_MAX;
            }
            resources_set(used, request->name,
                          saturating_add(resources_get(used, request->name), sign * amount));
        }
    }
}

void placement_take(struct placement *placement, const struct placement_picks *picks,
                    const struct resources *requests)
{
    change_used(placement, picks, requests, 1);
}

void placement_give_back(struct placement *placement, const struct placement_picks *picks,
                         const struct resources *requests)
{
    change_used(placement, picks, requests, -1);
}
