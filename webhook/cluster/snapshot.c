/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/snapshot.h"

#include <string.h>

void uid_set_destroy(struct uid_set *set)
{
    if (set == NULL) {
        return;
    }
    array_for_each(uid, &set->uids) {
        free(*uid);
    }
    array_release(&set->uids);
    free(set);
}

struct snapshot *snapshot_create(const struct configuration *configuration,
                                 const struct directory *directory, const struct uid_set *holders)
{
    struct snapshot *snapshot = memory_allocate(sizeof *snapshot);

    snapshot->configuration = configuration_ref(configuration);
    snapshot->directory = directory_ref(directory);
    snapshot->holders = uid_set_ref(holders);
    array_for_each(tree, &directory->forest->trees) {
        struct quota_usage usage;
        quota_usage_init(&usage, *tree);
        array_append(&snapshot->usages, usage);
    }
    return snapshot;
}

void snapshot_count_used(struct snapshot *snapshot, const char *cluster_queue,
                         const struct usage *used)
{
    const struct quota_leaf *leaf = quota_forest_find(snapshot->directory->forest, cluster_queue);
    struct quota_amounts amounts = {0};

    if (leaf == NULL) {
        return;
    }
    struct quota_usage *usage = &snapshot->usages.items[leaf->tree];
    quota_amounts_count(usage->tree, used, &amounts);
    quota_usage_add(usage, leaf->node, &amounts);
    array_release(&amounts);
}

void snapshot_destroy(struct snapshot *snapshot)
{
    if (snapshot == NULL) {
        return;
    }
    array_for_each(state, &snapshot->queues) {
        free(state->cluster_queue);
    }
    array_for_each(usage, &snapshot->usages) {
        quota_usage_release(usage);
    }
    array_release(&snapshot->queues);
    array_release(&snapshot->usages);
    configuration_unref(snapshot->configuration);
    directory_unref(snapshot->directory);
    uid_set_unref(snapshot->holders);
    free(snapshot->username);
    free(snapshot);
}

static int compare_states(const void *left, const void *right)
{
    return strcmp(((const struct queue_state *)left)->cluster_queue,
                  ((const struct queue_state *)right)->cluster_queue);
}

const struct queue_state *snapshot_find_queue(const struct snapshot *snapshot,
                                              const char *cluster_queue)
{
    const struct queue_state key = {.cluster_queue = (char *)cluster_queue};

    return snapshot->queues.count == 0
               ? NULL
               : bsearch(&key, snapshot->queues.items, snapshot->queues.count, sizeof key,
                         compare_states);
}

static int compare_uids(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

bool snapshot_is_holder(const struct snapshot *snapshot, const char *uid)
{
    const struct name_list *uids = &snapshot->holders->uids;

    return uids->count > 0 &&
           bsearch(&uid, uids->items, uids->count, sizeof uid, compare_uids) != NULL;
}

void snapshot_slot_init(struct snapshot_slot *slot, const struct snapshot *first)
{
    pthread_mutex_init(&slot->mutex, NULL);
    slot->current = first;
}

void snapshot_slot_release(struct snapshot_slot *slot)
{
    snapshot_unref(slot->current);
    slot->current = NULL;
    pthread_mutex_destroy(&slot->mutex);
}

const struct snapshot *snapshot_slot_get(struct snapshot_slot *slot)
{
    pthread_mutex_lock(&slot->mutex);
    const struct snapshot *snapshot = snapshot_ref(slot->current);
    pthread_mutex_unlock(&slot->mutex);
    return snapshot;
}

void snapshot_slot_put(struct snapshot_slot *slot, const struct snapshot *snapshot)
{
    pthread_mutex_lock(&slot->mutex);
    const struct snapshot *previous = slot->current;
    slot->current = snapshot;
    pthread_mutex_unlock(&slot->mutex);
    snapshot_unref(previous);
}
