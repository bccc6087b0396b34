/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/directory_source.h"

#include "base/text.h"

static bool has_ready_node(const struct cache *cache, const struct resource_flavor *flavor)
{
    const struct cache_entry *entry = cache->entries[RESOURCE_NODE];

    for (; entry != NULL; entry = entry->hh.next) {
        const struct cluster_node *node = entry->item->node;
        if (node->is_ready && string_map_contains(&node->labels, &flavor->node_labels)) {
            return true;
        }
    }
    return false;
}

static void add_policy(const struct cache *cache, struct directory *directory,
                       enum resource resource, const struct policy_item *policy)
{
    bool is_workload_class = resource == RESOURCE_WORKLOAD_PRIORITY_CLASS;

    if (policy->flavor != NULL) {
        directory_add_flavor(directory, policy->flavor);
        if (!has_ready_node(cache, policy->flavor)) {
            directory_add_flavor_without_nodes(directory, policy->name);
        }
    } else if (policy->cluster_queue != NULL) {
        directory_add_cluster_queue(directory, policy->cluster_queue);
    } else if (policy->local_queue != NULL) {
        directory_add_local_queue(directory, policy->local_queue);
    } else if (policy->cohort != NULL) {
        directory_add_cohort(directory, policy->cohort);
    } else if (policy->admission_check != NULL) {
        directory_add_admission_check(directory, policy->admission_check);
    } else if (policy->priority_class != NULL) {
        directory_add_priority_class(directory, policy->priority_class, is_workload_class);
    }
}

const struct directory *directory_source_read(const struct cache *cache)
{
    struct directory *directory = directory_create();
    const struct cache_entry *entry = cache->entries[RESOURCE_NAMESPACE];

    for (; entry != NULL; entry = entry->hh.next) {
        directory_add_namespace(directory, entry->item->namespace_info);
    }
    for (enum resource i = RESOURCE_FLAVOR; i <= RESOURCE_PRIORITY_CLASS; i++) {
        for (entry = cache->entries[i]; entry != NULL; entry = entry->hh.next) {
            add_policy(cache, directory, i, entry->item->policy);
        }
    }
    directory_seal(directory);
    return directory;
}

static bool local_queues_differ(const struct local_queue *before, const struct local_queue *after)
{
    return before != NULL && after != NULL &&
           (before->is_default != after->is_default || before->max_gpus != after->max_gpus);
}

static bool options_differ(const struct cluster_queue *before, const struct cluster_queue *after)
{
    return before != NULL && after != NULL &&
           memcmp(&before->options, &after->options, sizeof before->options) != 0;
}

static bool checks_differ(const struct admission_check *before, const struct admission_check *after)
{
    return before != NULL && after != NULL && before->is_active != after->is_active;
}

static bool classes_differ(const struct priority_class *before, const struct priority_class *after)
{
    return before != NULL && after != NULL &&
           (before->value != after->value || before->is_global_default != after->is_global_default);
}

/* The generation counts changes of the spec; the rest is annotations, status, or a kind without
 * one. */
static bool policies_differ(const struct policy_item *before, const struct policy_item *after)
{
    return before->generation != after->generation || !text_equal(before->uid, after->uid) ||
           !text_equal(before->mistake, after->mistake) ||
           local_queues_differ(before->local_queue, after->local_queue) ||
           options_differ(before->cluster_queue, after->cluster_queue) ||
           checks_differ(before->admission_check, after->admission_check) ||
           classes_differ(before->priority_class, after->priority_class);
}

bool directory_source_differs(const struct item *before, const struct item *after)
{
    const struct item *any = before != NULL ? before : after;
    bool is_listed = any->resource == RESOURCE_NAMESPACE || any->resource == RESOURCE_NODE ||
                     resource_is_policy(any->resource);

    if (!is_listed) {
        return false;
    }
    if (before == NULL || after == NULL) {
        return true;
    }
    if (any->resource == RESOURCE_NAMESPACE) {
        return !string_map_equal(&before->namespace_info->labels, &after->namespace_info->labels) ||
               before->namespace_info->is_deleting != after->namespace_info->is_deleting;
    }
    if (any->resource == RESOURCE_NODE) {
        return !string_map_equal(&before->node->labels, &after->node->labels) ||
               before->node->is_ready != after->node->is_ready;
    }
    return policies_differ(before->policy, after->policy);
}
