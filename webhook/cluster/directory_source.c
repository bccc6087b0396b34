/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/directory_source.h"

#include "base/text.h"

static bool has_ready_node(const struct cache *cache, const struct resource_flavor *flavor)
{
    const struct cache_entry *entry = cache->entries[RESOURCE_NODE];

    for (; entry != NULL; entry = entry->hh.next) {
        const struct node *node = entry->item->node;
        if (node->is_ready && string_map_contains(&node->labels, &flavor->node_labels)) {
            return true;
        }
    }
    return false;
}

static void add_policy(const struct cache *cache, struct directory *directory,
                       const struct policy_item *policy)
{
    if (policy->flavor != NULL) {
        directory_add_flavor(directory, policy->flavor);
        if (!has_ready_node(cache, policy->flavor)) {
            directory_add_flavor_without_nodes(directory, policy->name);
        }
    } else if (policy->cluster_queue != NULL) {
        directory_add_cluster_queue(directory, policy->cluster_queue);
    } else if (policy->local_queue != NULL) {
        directory_add_local_queue(directory, policy->local_queue);
    }
}

const struct directory *directory_source_read(const struct cache *cache)
{
    static const enum resource policies[] = {RESOURCE_FLAVOR, RESOURCE_CLUSTER_QUEUE,
                                             RESOURCE_LOCAL_QUEUE};
    struct directory *directory = directory_create();
    const struct cache_entry *entry = cache->entries[RESOURCE_NAMESPACE];

    for (; entry != NULL; entry = entry->hh.next) {
        directory_add_namespace(directory, entry->item->namespace_info);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(policies); i++) {
        for (entry = cache->entries[policies[i]]; entry != NULL; entry = entry->hh.next) {
            add_policy(cache, directory, entry->item->policy);
        }
    }
    directory_seal(directory);
    return directory;
}

static bool policies_differ(const struct policy_item *before, const struct policy_item *after)
{
    bool was_default = before->local_queue != NULL && before->local_queue->is_default;
    bool is_default = after->local_queue != NULL && after->local_queue->is_default;

    /* The generation counts changes of the spec; the default queue is an annotation. */
    return before->generation != after->generation || !text_equal(before->uid, after->uid) ||
           was_default != is_default || !text_equal(before->mistake, after->mistake);
}

bool directory_source_differs(const struct item *before, const struct item *after)
{
    const struct item *any = before != NULL ? before : after;

    if (before == NULL || after == NULL) {
        return any->resource <= RESOURCE_LOCAL_QUEUE;
    }
    switch (any->resource) {
    case RESOURCE_NAMESPACE:
        return !string_map_equal(&before->namespace_info->labels, &after->namespace_info->labels) ||
               before->namespace_info->is_deleting != after->namespace_info->is_deleting;
    case RESOURCE_NODE:
        return !string_map_equal(&before->node->labels, &after->node->labels) ||
               before->node->is_ready != after->node->is_ready;
    case RESOURCE_FLAVOR:
    case RESOURCE_CLUSTER_QUEUE:
    case RESOURCE_LOCAL_QUEUE:
        return policies_differ(before->policy, after->policy);
    case RESOURCE_STATEFULSET:
    case RESOURCE_REPLICASET:
    case RESOURCE_NOTEBOOK:
    case RESOURCE_JOB:
    case RESOURCE_POD:
    case RESOURCE_WORKLOAD:
    case RESOURCE_COUNT:
        break;
    }
    return false;
}
