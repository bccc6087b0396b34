/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/inspection_capacity.h"

#include <string.h>

#include "base/text.h"
#include "policy/objects/quantity.h"
#include "policy/rules/inspection_remarks.h"

static const struct resource_flavor *find_flavor(const struct inspection *inspection,
                                                 const char *name)
{
    const struct inspected *found = inspection_find(inspection, INSPECTION_RESOURCE_FLAVOR, name);

    return found != NULL ? found->flavor : NULL;
}

static int64_t add_saturated(int64_t left, int64_t right)
{
    int64_t sum;

    return __builtin_add_overflow(left, right, &sum) ? INT64_MAX : sum;
}

/* What all nodes of the flavor have of the resource; 0 and no node if there are none. */
static int64_t sum_capacity(const struct inspection *inspection,
                            const struct resource_flavor *flavor, const char *resource,
                            size_t *out_node_count)
{
    int64_t sum = 0;

    *out_node_count = 0;
    array_for_each(node, &inspection->nodes) {
        if (string_map_contains(&(*node)->labels, &flavor->node_labels)) {
            sum = add_saturated(sum, resources_get(&(*node)->allocatable, resource));
            ++*out_node_count;
        }
    }
    return sum;
}

static const struct resource_group_list *groups_of(const struct inspected *inspected)
{
    if (inspected->cluster_queue != NULL) {
        return &inspected->cluster_queue->resource_groups;
    }
    return inspected->cohort != NULL ? &inspected->cohort->resource_groups : NULL;
}

static int64_t sum_of_groups(const struct resource_group_list *groups, const char *flavor,
                             const char *resource)
{
    int64_t sum = 0;

    array_for_each(group, groups) {
        array_for_each(quota, &group->flavors) {
            if (strcmp(quota->flavor, flavor) == 0) {
                sum = add_saturated(sum, resources_get(&quota->nominal, resource));
            }
        }
    }
    return sum;
}

/* The quota that all queues and cohorts before `end` promise. */
static int64_t sum_quota_before(const struct inspection *inspection, const struct inspected *end,
                                const char *flavor, const char *resource)
{
    int64_t sum = 0;

    for (const struct inspected *earlier = inspection->objects.items; earlier < end; earlier++) {
        const struct resource_group_list *groups = groups_of(earlier);
        if (groups != NULL) {
            sum = add_saturated(sum, sum_of_groups(groups, flavor, resource));
        }
    }
    return sum;
}

/* Tells it where the sum of all quotas passes what there is. */
static void check_quota(struct inspection *inspection, const struct inspected *inspected,
                        const char *path, const struct resource_flavor *flavor,
                        const struct resource_amount *nominal)
{
    char capacity_text[QUANTITY_TEXT_BYTES];
    char sum_text[QUANTITY_TEXT_BYTES];
    size_t node_count;
    int64_t capacity = sum_capacity(inspection, flavor, nominal->name, &node_count);
    int64_t before = sum_quota_before(inspection, inspected, flavor->name, nominal->name);
    int64_t sum = add_saturated(before, nominal->amount);

    if (node_count == 0 || before > capacity || sum <= capacity) {
        return;
    }
    quantity_format(capacity, nominal->name, capacity_text);
    quantity_format(sum, nominal->name, sum_text);
    inspection_warn(inspection, inspected, path,
                    "the nodes of flavor '%s' have %s of %s, and the quotas up to here promise %s: "
                    "what is above can never run at once",
                    flavor->name, capacity_text, nominal->name, sum_text);
}

static size_t find_position(const struct resource_names *names, const char *name)
{
    size_t position = 0;

    while (position < names->count && strcmp(names->items[position], name) != 0) {
        position++;
    }
    return position;
}

static void check_quotas(struct inspection *inspection, const struct inspected *inspected,
                         const struct resource_group *group, const char *group_path)
{
    for (size_t i = 0; i < group->flavors.count; i++) {
        const struct flavor_quota *quota = &group->flavors.items[i];
        const struct resource_flavor *flavor = find_flavor(inspection, quota->flavor);
        if (flavor == NULL) {
            continue;
        }
        array_for_each(nominal, &quota->nominal) {
            auto_free char *path =
                text_format("%s.flavors[%zu].resources[%zu].nominalQuota", group_path, i,
                            find_position(&group->covered_resources, nominal->name));
            check_quota(inspection, inspected, path, flavor, nominal);
        }
    }
}

static void check_groups(struct inspection *inspection, const struct inspected *inspected,
                         const struct resource_group_list *groups)
{
    for (size_t i = 0; i < groups->count; i++) {
        auto_free char *path = text_format("spec.resourceGroups[%zu]", i);
        check_quotas(inspection, inspected, &groups->items[i], path);
    }
}

void inspection_capacity_check(struct inspection *inspection)
{
    array_for_each(inspected, &inspection->objects) {
        const struct resource_group_list *groups = groups_of(inspected);
        if (inspection->has_nodes && groups != NULL) {
            check_groups(inspection, inspected, groups);
        }
    }
}
