/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/adoption.h"

#include "base/text.h"
#include "policy/rules/assignment.h"

static bool may_be_on(const struct flavor_rules *rules, const struct resource_group *group,
                      const struct flavor_quota *quota, const struct pod_set *set,
                      const struct string_map *node_labels)
{
    const struct resource_flavor *flavor = flavor_list_find(rules->flavors, quota->flavor);

    if (flavor == NULL) {
        return false;
    }
    if (node_labels != NULL) {
        return string_map_contains(node_labels, &flavor->node_labels);
    }
    auto_free char *mismatch = flavors_explain_mismatch(rules, group, quota, set);
    return mismatch == NULL;
}

void adoption_find_flavors(const struct flavor_rules *rules, const struct pod_set *set,
                           const struct string_map *node_labels, struct flavor_names *out_flavors)
{
    array_for_each(group, &rules->queue->resource_groups) {
        if (!flavors_group_serves_managed(rules->configuration, group, set)) {
            continue;
        }
        array_for_each(quota, &group->flavors) {
            if (may_be_on(rules, group, quota, set, node_labels)) {
                array_append(out_flavors, quota->flavor);
            }
        }
    }
}

static const char *flavor_in_group(const struct resource_group *group, const char *flavor)
{
    array_for_each(quota, &group->flavors) {
        if (text_equal(quota->flavor, flavor)) {
            return flavor;
        }
    }
    return group->flavors.count > 0 ? group->flavors.items[0].flavor : NULL;
}

static void assign_set(const struct flavor_rules *rules, const struct pod_set *set,
                       const char *flavor, struct pod_set_admission *out_set)
{
    for (size_t i = 0; i < set->requests.count; i++) {
        const struct resource_amount *request = &set->requests.items[i];
        const struct resource_group *group = cluster_queue_find_group(rules->queue, request->name);
        const char *chosen = group != NULL ? flavor_in_group(group, flavor) : NULL;
        if (chosen != NULL) {
            array_append(&out_set->assignments, ((struct flavor_assignment){
                                                    .resource = memory_copy_text(request->name),
                                                    .flavor = memory_copy_text(chosen),
                                                    .amount = request->amount,
                                                }));
        }
    }
}

struct admission *adoption_assign(const struct flavor_rules *rules,
                                  const struct pod_set_list *pod_sets, const char *flavor)
{
    struct admission *admission = assignment_create_admission(rules->queue);

    array_for_each(set, pod_sets) {
        struct pod_set_admission placed = {.name = memory_copy_text(set->name),
                                           .count = set->count};
        assign_set(rules, set, flavor, &placed);
        array_append(&admission->pod_sets, placed);
    }
    return admission;
}
