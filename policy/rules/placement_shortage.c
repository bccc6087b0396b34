/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/placement_shortage.h"

#include <stdio.h>

#include "policy/rules/placement_node.h"
#include "policy/rules/saturating.h"

struct admitting_nodes ARRAY_OF(const struct placement_node *);

/* What one resource, if it were the only one, leaves room for. */
struct scarcity {
    const struct resource_amount *request; /* NULL: there is none */
    int64_t pods;
    bool is_decisive; /* an extended resource of which there is too little */
};

static void find_admitting_nodes(const struct placement *placement,
                                 const struct resource_flavor *flavor, const struct pod_set *set,
                                 struct admitting_nodes *out_nodes)
{
    array_for_each(node, &placement->nodes) {
        if (placement_node_admits(node, flavor, set)) {
            array_append(out_nodes, (const struct placement_node *)node);
        }
    }
}

static int64_t count_room(const struct admitting_nodes *nodes, const struct resources *requests,
                          enum placement_load load)
{
    int64_t room = 0;

    array_for_each(node, nodes) {
        room += placement_node_room(*node, requests, load);
    }
    return room;
}

static struct scarcity measure(const struct admitting_nodes *nodes,
                               const struct resource_amount *request, int64_t count,
                               enum placement_load load)
{
    struct scarcity scarcity = {.request = request};

    array_for_each(node, nodes) {
        int64_t left = placement_node_free(*node, request->name, load);
        scarcity.pods = saturating_add(scarcity.pods, left / request->amount);
    }
    scarcity.is_decisive = strchr(request->name, '/') != NULL && scarcity.pods < count;
    return scarcity;
}

/* Who waits for GPUs wants to hear of GPUs: the cores follow. */
static bool is_scarcer(const struct scarcity *left, const struct scarcity *right)
{
    if (right->request == NULL || left->is_decisive != right->is_decisive) {
        return right->request == NULL || left->is_decisive;
    }
    return left->pods < right->pods;
}

static const struct resource_amount *find_scarcest(const struct admitting_nodes *nodes,
                                                   const struct resources *requests, int64_t count,
                                                   enum placement_load load)
{
    struct scarcity scarcest = {0};

    array_for_each(request, requests) {
        if (request->amount > 0) {
            struct scarcity scarcity = measure(nodes, request, count, load);
            scarcest = is_scarcer(&scarcity, &scarcest) ? scarcity : scarcest;
        }
    }
    return scarcest.request;
}

static void count_free(const struct admitting_nodes *nodes, const struct resource_amount *request,
                       enum placement_load load, struct placement_shortage *shortage)
{
    snprintf(shortage->resource, sizeof shortage->resource, "%s", request->name);
    shortage->needed_per_pod = request->amount;
    array_for_each(node, nodes) {
        int64_t left = placement_node_free(*node, request->name, load);
        shortage->free_in_all = saturating_add(shortage->free_in_all, left);
        if (left > shortage->most_on_one_node) {
            shortage->most_on_one_node = left;
        }
    }
}

enum placement_answer placement_shortage_explain(const struct placement *placement,
                                                 const struct resource_flavor *flavor,
                                                 const struct pod_set *set, int64_t count,
                                                 struct placement_shortage *out_shortage)
{
    struct admitting_nodes nodes = {0};
    enum placement_load load = PLACEMENT_AS_LOADED;
    enum placement_answer answer = PLACEMENT_FULL;

    *out_shortage = (struct placement_shortage){0};
    find_admitting_nodes(placement, flavor, set, &nodes);
    if (nodes.count == 0) {
        return PLACEMENT_NO_NODES;
    }
    if (count_room(&nodes, &set->requests, PLACEMENT_WHEN_EMPTY) < count) {
        load = PLACEMENT_WHEN_EMPTY;
        answer = PLACEMENT_TOO_LARGE;
    }
    const struct resource_amount *scarcest = find_scarcest(&nodes, &set->requests, count, load);
    if (scarcest != NULL) {
        count_free(&nodes, scarcest, load, out_shortage);
    }
    out_shortage->node_count = (int64_t)nodes.count;
    array_release(&nodes);
    return answer;
}
