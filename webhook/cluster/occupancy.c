/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/occupancy.h"

void occupancy_release(struct occupancy *occupancy)
{
    struct occupied_node *node;
    struct occupied_node *next;

    HASH_ITER(hh, occupancy->nodes, node, next) {
        HASH_DEL(occupancy->nodes, node);
        free(node->name);
        resources_release(&node->used);
        free(node);
    }
    placement_release(&occupancy->placement);
}

static struct occupied_node *get_node(struct occupancy *occupancy, const char *name)
{
    struct occupied_node *node = NULL;

    HASH_FIND_STR(occupancy->nodes, name, node);
    if (node == NULL) {
        node = memory_allocate(sizeof *node);
        node->name = memory_copy_text(name);
        node->place = -1;
        HASH_ADD_KEYPTR(hh, occupancy->nodes, node->name, strlen(node->name), node);
    }
    return node;
}

/* The node that the item stands on, and what it asks there; false if it stands on none. */
static bool find_load(const struct item *item, const char **out_node,
                      const struct resources **out_requests)
{
    if (item->resource == RESOURCE_OCCUPANT) {
        *out_node = item->occupant->node_name;
        *out_requests = &item->occupant->requests;
        return *out_node != NULL && !item->occupant->is_finished;
    }
    if (item->resource != RESOURCE_POD || item->object->node_name == NULL ||
        item->object->is_finished || item->object->pod_sets.count == 0) {
        return false;
    }
    *out_node = item->object->node_name;
    *out_requests = &item->object->pod_sets.items[0].requests;
    return true;
}

static int64_t sum(int64_t left, int64_t right)
{
    int64_t total;

    return __builtin_add_overflow(left, right, &total) ? INT64_MAX : total;
}

static void add_load(struct resources *used, const struct resources *requests, bool is_added)
{
    for (size_t i = 0; i < requests->count; i++) {
        const struct resource_amount *request = &requests->items[i];
        int64_t before = resources_get(used, request->name);
        resources_set(used, request->name,
                      is_added ? sum(before, request->amount) : before - request->amount);
    }
}

static bool change_load(struct occupancy *occupancy, const struct item *item, bool is_added)
{
    const char *name;
    const struct resources *requests;

    if (!find_load(item, &name, &requests)) {
        return false;
    }
    struct occupied_node *node = get_node(occupancy, name);
    add_load(&node->used, requests, is_added);
    if (node->place >= 0 && !occupancy->is_stale) {
        add_load(&occupancy->placement.nodes.items[node->place].used, requests, is_added);
    }
    return true;
}

bool occupancy_add(struct occupancy *occupancy, const struct item *item)
{
    return change_load(occupancy, item, true);
}

bool occupancy_remove(struct occupancy *occupancy, const struct item *item)
{
    return change_load(occupancy, item, false);
}

static void forget_places(struct occupancy *occupancy)
{
    struct occupied_node *node = occupancy->nodes;

    placement_release(&occupancy->placement);
    for (; node != NULL; node = node->hh.next) {
        node->place = -1;
    }
}

const struct placement *occupancy_get_placement(struct occupancy *occupancy,
                                                const struct cache *cache)
{
    const struct cache_entry *entry = cache->entries[RESOURCE_NODE];

    if (!occupancy->is_stale) {
        return &occupancy->placement;
    }
    occupancy->is_stale = false;
    forget_places(occupancy);
    for (; entry != NULL; entry = entry->hh.next) {
        const struct cluster_node *node = entry->item->node;
        struct occupied_node *occupied = get_node(occupancy, node->name);
        occupied->place = (int)occupancy->placement.nodes.count;
        struct placement_node *place =
            placement_add_node(&occupancy->placement, node->name, &node->labels, &node->taints,
                               node->is_ready && node->is_schedulable, &node->allocatable);
        add_load(&place->used, &occupied->used, true);
    }
    return &occupancy->placement;
}
