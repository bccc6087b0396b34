/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/placement.h"

#include "policy/rules/placement_node.h"
#include "policy/rules/placement_shortage.h"

/* A place that is looked for. The picks are by what is free on the node, the least first, and no
 * more than are needed. */
struct search {
    const struct placement_node *nodes;
    const struct resource_flavor *flavor;
    const struct pod_set *set;
    const struct resource_amount *measure; /* tells how full a node is; NULL: nothing is asked */
    int64_t missing; /* pods without a place; negative: places without a pod */
    struct placement_picks *picks;
};

/* The first extended resource that the pods ask for, else the first of any kind. */
static const struct resource_amount *find_measure(const struct resources *requests)
{
    const struct resource_amount *first = NULL;

    array_for_each(request, requests) {
        if (request->amount > 0 && strchr(request->name, '/') != NULL) {
            return request;
        }
        if (request->amount > 0 && first == NULL) {
            first = request;
        }
    }
    return first;
}

static int64_t find_left(const struct search *search, int node)
{
    if (search->measure == NULL) {
        return 0;
    }
    return placement_node_free(&search->nodes[node], search->measure->name, PLACEMENT_AS_LOADED);
}

/* True if the node is out by what is left of the measure: too little, or no less than on the nodes
 * that have been found and suffice. */
static bool is_out(const struct search *search, int64_t left)
{
    const struct placement_picks *picks = search->picks;

    if (search->measure != NULL && left < search->measure->amount) {
        return true;
    }
    return search->missing <= 0 &&
           (picks->count == 0 || left >= find_left(search, picks->items[picks->count - 1].node));
}

/* After all nodes on which no more is left. */
static size_t find_position(const struct search *search, int64_t left)
{
    size_t low = 0;
    size_t high = search->picks->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (find_left(search, search->picks->items[middle].node) <= left) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Lets go of the emptiest nodes that are not needed any more. */
static void drop_surplus(struct search *search)
{
    struct placement_picks *picks = search->picks;

    while (picks->count > 0 && search->missing + picks->items[picks->count - 1].count <= 0) {
        search->missing += picks->items[--picks->count].count;
    }
}

static void consider(struct search *search, int number)
{
    const struct placement_node *node = &search->nodes[number];
    int64_t left = find_left(search, number);

    if (is_out(search, left)) {
        return;
    }
    int64_t room = placement_node_room(node, &search->set->requests, PLACEMENT_AS_LOADED);
    if (room > 0 && placement_node_admits(node, search->flavor, search->set)) {
        array_insert(search->picks, find_position(search, left),
                     ((struct placement_pick){number, room}));
        search->missing -= room;
        drop_surplus(search);
    }
}

enum placement_answer placement_try(const struct placement *placement,
                                    const struct resource_flavor *flavor, const struct pod_set *set,
                                    int64_t count, struct placement_picks *out_picks,
                                    struct placement_shortage *out_shortage)
{
    struct search search = {
        .nodes = placement->nodes.items,
        .flavor = flavor,
        .set = set,
        .measure = find_measure(&set->requests),
        .missing = count,
        .picks = out_picks,
    };

    memset(out_picks, 0, sizeof *out_picks);
    for (size_t i = 0; i < placement->nodes.count; i++) {
        consider(&search, (int)i);
    }
    if (search.missing > 0) {
        array_release(out_picks);
        return placement_shortage_explain(placement, flavor, set, count, out_shortage);
    }
    if (out_picks->count > 0) {
        out_picks->items[out_picks->count - 1].count += search.missing;
    }
    return PLACEMENT_FITS;
}

bool placement_suffices_when_empty(const struct placement *placement,
                                   const struct resource_flavor *flavor, const struct pod_set *set,
                                   int64_t count)
{
    int64_t missing = count;

    for (size_t i = 0; i < placement->nodes.count && missing > 0; i++) {
        const struct placement_node *node = &placement->nodes.items[i];
        if (placement_node_admits(node, flavor, set)) {
            missing -= placement_node_room(node, &set->requests, PLACEMENT_WHEN_EMPTY);
        }
    }
    return missing <= 0;
}
