/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/cache.h"

#include "base/text.h"

enum { BURIED_MAX = 4096 };

uint64_t item_resource_version(const struct item *item)
{
    switch (item->resource) {
    case RESOURCE_NAMESPACE:
        return item->namespace_info->resource_version;
    case RESOURCE_STATEFULSET:
    case RESOURCE_REPLICASET:
        return item->controller->resource_version;
    case RESOURCE_NOTEBOOK:
    case RESOURCE_JOB:
    case RESOURCE_POD:
        return item->object->resource_version;
    case RESOURCE_WORKLOAD:
        return item->workload->resource_version;
    case RESOURCE_OCCUPANT:
        return item->occupant->resource_version;
    case RESOURCE_NODE:
    case RESOURCE_FLAVOR:
    case RESOURCE_CLUSTER_QUEUE:
    case RESOURCE_LOCAL_QUEUE:
    case RESOURCE_COHORT:
    case RESOURCE_ADMISSION_CHECK:
    case RESOURCE_WORKLOAD_PRIORITY_CLASS:
    case RESOURCE_PRIORITY_CLASS:
    case RESOURCE_COUNT:
        break;
    }
    return 0;
}

const char *item_uid(const struct item *item)
{
    switch (item->resource) {
    case RESOURCE_STATEFULSET:
    case RESOURCE_REPLICASET:
        return item->controller->uid;
    case RESOURCE_NOTEBOOK:
    case RESOURCE_JOB:
    case RESOURCE_POD:
        return item->object->uid;
    case RESOURCE_WORKLOAD:
        return item->workload->uid;
    case RESOURCE_OCCUPANT:
        return item->occupant->uid;
    case RESOURCE_NAMESPACE:
    case RESOURCE_NODE:
    case RESOURCE_FLAVOR:
    case RESOURCE_CLUSTER_QUEUE:
    case RESOURCE_LOCAL_QUEUE:
    case RESOURCE_COHORT:
    case RESOURCE_ADMISSION_CHECK:
    case RESOURCE_WORKLOAD_PRIORITY_CLASS:
    case RESOURCE_PRIORITY_CLASS:
    case RESOURCE_COUNT:
        break;
    }
    return NULL;
}

static void free_entry(struct cache_entry *entry)
{
    item_destroy(entry->item);
    free(entry);
}

void cache_release(struct cache *cache)
{
    struct cache_entry *entry;
    struct cache_entry *next;

    for (size_t resource = 0; resource < RESOURCE_COUNT; resource++) {
        HASH_ITER(hh, cache->entries[resource], entry, next) {
            HASH_DEL(cache->entries[resource], entry);
            free_entry(entry);
        }
    }
    HASH_ITER(hh, cache->buried, entry, next) {
        HASH_DEL(cache->buried, entry);
        free(entry);
    }
    array_for_each(uid, &cache->burial_order) {
        free(*uid);
    }
    array_release(&cache->burial_order);
}

struct cache_entry *cache_find(const struct cache *cache, enum resource resource, const char *key)
{
    struct cache_entry *entry = NULL;

    HASH_FIND_STR(cache->entries[resource], key, entry);
    return entry;
}

struct cache_entry *cache_put_take(struct cache *cache, struct item *item)
{
    struct cache_entry *entry = cache_find(cache, item->resource, item->key);
    struct cache_entry kept = {0};

    if (entry != NULL) {
        kept = *entry;
        HASH_DEL(cache->entries[item->resource], entry);
        item_destroy(entry->item);
    } else {
        entry = memory_allocate(sizeof *entry);
    }
    *entry = (struct cache_entry){
        .item = item,
        .list_seen = cache->lists[item->resource],
        .is_owner_absent = kept.is_owner_absent,
    };
    HASH_ADD_KEYPTR(hh, cache->entries[item->resource], item->key, strlen(item->key), entry);
    return entry;
}

void cache_bury(struct cache *cache, const char *uid)
{
    struct cache_entry *grave = NULL;

    HASH_FIND_STR(cache->buried, uid, grave);
    if (grave != NULL) {
        return;
    }
    if (cache->burial_order.count < BURIED_MAX) {
        array_append(&cache->burial_order, memory_copy_text(uid));
        cache->burial_next = cache->burial_order.count - 1;
    } else {
        cache->burial_next = (cache->burial_next + 1) % BURIED_MAX;
        char **oldest = &cache->burial_order.items[cache->burial_next];
        HASH_FIND_STR(cache->buried, *oldest, grave);
        HASH_DEL(cache->buried, grave);
        free(grave);
        free(*oldest);
        *oldest = memory_copy_text(uid);
    }
    grave = memory_allocate(sizeof *grave);
    char *key = cache->burial_order.items[cache->burial_next];
    HASH_ADD_KEYPTR(hh, cache->buried, key, strlen(key), grave);
}

void cache_remove(struct cache *cache, enum resource resource, struct cache_entry *entry)
{
    HASH_DEL(cache->entries[resource], entry);
    free_entry(entry);
}

bool cache_is_buried(const struct cache *cache, const char *uid)
{
    struct cache_entry *grave = NULL;

    HASH_FIND_STR(cache->buried, uid, grave);
    return grave != NULL;
}

bool cache_is_complete(const struct cache *cache, uint64_t round)
{
    for (size_t resource = 0; resource < RESOURCE_WATCHED_COUNT; resource++) {
        if (!cache->is_listed[resource] || cache->rounds[resource] < round) {
            return false;
        }
    }
    return true;
}
