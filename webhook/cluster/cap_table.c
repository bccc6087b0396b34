/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/cap_table.h"

#include "base/text.h"

struct cap_entry {
    char *key;
    char *subject;
    struct gpu_cap cap;
    UT_hash_handle hh;
};

void cap_table_release(struct cap_table *table)
{
    struct cap_entry *entry;
    struct cap_entry *next;

    HASH_ITER(hh, table->entries, entry, next) {
        HASH_DEL(table->entries, entry);
        free(entry->key);
        free(entry->subject);
        free(entry);
    }
}

/* Who made the workload, as stamped at its creation; NULL: not known. */
static const char *user_of(const struct workload *workload)
{
    return workload->owner != NULL ? workload->owner->user : NULL;
}

static char *user_key(const struct workload *workload)
{
    return user_of(workload) != NULL && workload->cluster_queue != NULL
               ? text_format("user/%s/%s", workload->cluster_queue->name, user_of(workload))
               : NULL;
}

static char *queue_key(const struct workload *workload)
{
    return workload->local_queue != NULL
               ? text_format("queue/%s/%s", workload->namespace_name, workload->local_queue->name)
               : NULL;
}

static int64_t user_limit(const struct cluster *cluster, const struct workload *workload)
{
    int64_t own = workload->cluster_queue->options.max_gpus_per_user;

    return own >= 0 ? own : cluster->configuration->max_gpus_per_user;
}

static struct cap_entry *find(const struct cap_table *table, const char *key)
{
    struct cap_entry *entry = NULL;

    if (key != NULL) {
        HASH_FIND_STR(table->entries, key, entry);
    }
    return entry;
}

/* The key is taken over. */
static void count(struct cap_table *table, char *key, const char *kind, const char *name,
                  int64_t limit, int64_t held)
{
    struct cap_entry *entry = find(table, key);

    if (entry == NULL) {
        entry = memory_allocate(sizeof *entry);
        entry->key = take_pointer(&key);
        entry->subject = text_format("%s %s", kind, name);
        entry->cap = (struct gpu_cap){.subject = entry->subject, .limit = limit};
        HASH_ADD_KEYPTR(hh, table->entries, entry->key, strlen(entry->key), entry);
    }
    free(key);
    if (__builtin_add_overflow(entry->cap.held, held, &entry->cap.held)) {
        entry->cap.held = INT64_MAX;
    }
}

static int64_t count_held(const struct cluster *cluster, const struct workload *workload)
{
    auto_usage struct usage usage = {0};
    int64_t held = 0;

    if (workload->admission == NULL) {
        return 0;
    }
    flavors_count(workload->admission, &usage);
    array_for_each(item, &usage) {
        if (configuration_manages(cluster->configuration, item->resource) &&
            __builtin_add_overflow(held, item->amount, &held)) {
            return INT64_MAX;
        }
    }
    return held;
}

static bool has_limits(const struct cluster *cluster)
{
    bool is_any = cluster->configuration->max_gpus_per_user > 0;

    array_for_each(queue, &cluster->directory->cluster_queues) {
        is_any = is_any || (*queue)->options.max_gpus_per_user > 0;
    }
    array_for_each(queue, &cluster->directory->local_queues) {
        is_any = is_any || (*queue)->max_gpus > 0;
    }
    return is_any;
}

void cap_table_read(const struct cluster *cluster, struct cap_table *out_table)
{
    const struct workload *workload = cluster->workloads;

    *out_table = (struct cap_table){0};
    if (!has_limits(cluster)) {
        return;
    }
    for (; workload != NULL; workload = workload->hh.next) {
        if (workload->local_queue == NULL || workload->cluster_queue == NULL) {
            continue;
        }
        int64_t held = count_held(cluster, workload);
        int64_t limit = user_limit(cluster, workload);
        if (user_of(workload) != NULL && limit > 0) {
            count(out_table, user_key(workload), "user", user_of(workload), limit, held);
        }
        if (workload->local_queue->max_gpus > 0) {
            count(out_table, queue_key(workload), "LocalQueue", workload->local_queue->name,
                  workload->local_queue->max_gpus, held);
        }
    }
}

struct gpu_cap *cap_table_find_user(const struct cap_table *table, const struct workload *workload)
{
    auto_free char *key = table->entries != NULL ? user_key(workload) : NULL;
    struct cap_entry *entry = find(table, key);

    return entry != NULL ? &entry->cap : NULL;
}

struct gpu_cap *cap_table_find_queue(const struct cap_table *table, const struct workload *workload)
{
    auto_free char *key = table->entries != NULL ? queue_key(workload) : NULL;
    struct cap_entry *entry = find(table, key);

    return entry != NULL ? &entry->cap : NULL;
}
