/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/placement_node.h"

#include "base/text.h"
#include "policy/rules/saturating.h"

static bool tolerates(const struct toleration_list *tolerations, const struct taint *taint)
{
    array_for_each(toleration, tolerations) {
        if (toleration_covers_taint(toleration, taint)) {
            return true;
        }
    }
    return false;
}

static bool tolerates_all(const struct resource_flavor *flavor, const struct pod_spec *spec,
                          const struct taint_list *taints)
{
    array_for_each(taint, taints) {
        if (taint->effect != TAINT_EFFECT_PREFER_NO_SCHEDULE &&
            !tolerates(&spec->tolerations, taint) && !tolerates(&flavor->tolerations, taint)) {
            return false;
        }
    }
    return true;
}

static bool affinity_matches(const struct node_affinity *affinity, const struct string_map *labels)
{
    array_for_each(term, affinity) {
        if (label_requirements_match(term, labels)) {
            return true;
        }
    }
    return affinity->count == 0;
}

/* Resources of every node, be it that it does not say how much. */
static bool is_basic(const char *resource)
{
    return text_equal(resource, "cpu") || text_equal(resource, "memory") ||
           text_equal(resource, "ephemeral-storage");
}

bool placement_node_admits(const struct placement_node *node, const struct resource_flavor *flavor,
                           const struct pod_set *set)
{
    return node->is_ready && string_map_contains(&node->labels, &flavor->node_labels) &&
           string_map_contains(&node->labels, &set->spec.node_selector) &&
           affinity_matches(&set->spec.required_affinity, &node->labels) &&
           tolerates_all(flavor, &set->spec, &node->taints);
}

int64_t placement_node_free(const struct placement_node *node, const char *resource,
                            enum placement_load load)
{
    if (!resources_has(&node->allocatable, resource)) {
        return is_basic(resource) ? INT64_MAX : 0;
    }
    int64_t used = load == PLACEMENT_AS_LOADED ? resources_get(&node->used, resource) : 0;
    int64_t left = saturating_subtract(resources_get(&node->allocatable, resource), used);
    return left > 0 ? left : 0;
}

int64_t placement_node_room(const struct placement_node *node, const struct resources *requests,
                            enum placement_load load)
{
    int64_t room = INT32_MAX;

    array_for_each(request, requests) {
        if (request->amount > 0) {
            int64_t pods = placement_node_free(node, request->name, load) / request->amount;
            room = pods < room ? pods : room;
        }
        if (room == 0) {
            return 0;
        }
    }
    return room;
}
