/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/hash.h"
#include "webhook/cluster/item.h"

struct workload;

/* One object as last seen, and the workload that it belongs to. */
struct cache_entry {
    struct item *item;
    uint64_t list_seen;        /* the list in which it was last told */
    struct workload *workload; /* borrowed; NULL: none */
    bool is_owner_absent;      /* of a Pod: its stamped owner was looked for and is gone */
    bool is_owner_unknown;     /* of a Pod: its stamped owner has not been seen yet */
    UT_hash_handle hh;
};

/* Everything that was listed and watched, by resource and key. Owned by the companion thread. */
struct cache {
    struct cache_entry *entries[RESOURCE_COUNT];
    uint64_t lists[RESOURCE_COUNT];  /* lists begun */
    uint64_t rounds[RESOURCE_COUNT]; /* newest finished round */
    bool is_listed[RESOURCE_COUNT];  /* at least once */
    struct cache_entry *buried;      /* uids seen deleted of late */
    struct name_list burial_order;
    size_t burial_next;
};

void cache_release(struct cache *cache);

/* NULL if it is not there. Borrowed. */
struct cache_entry *cache_find(const struct cache *cache, enum resource resource, const char *key);

/* Keeps the item, in place of an older one of its key, which is freed. Borrowed. */
struct cache_entry *cache_put_take(struct cache *cache, struct item *item);

/* Remembers that the object of this uid is gone. The oldest of many are forgotten. */
void cache_bury(struct cache *cache, const char *uid);

/* Takes the entry out and frees it with its item. */
void cache_remove(struct cache *cache, enum resource resource, struct cache_entry *entry);

/* Whether an object of this uid was removed of late: an answer that is older than the removal must
 * not bring it back. */
bool cache_is_buried(const struct cache *cache, const char *uid);

/* True once every resource was listed since the round was asked for. */
bool cache_is_complete(const struct cache *cache, uint64_t round);

/* The resourceVersion and uid of an item; 0 and NULL for what has none. */
uint64_t item_resource_version(const struct item *item);
const char *item_uid(const struct item *item);
