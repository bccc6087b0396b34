/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/cluster.h"

#include "base/text.h"
#include "webhook/cluster/directory_source.h"
#include "webhook/cluster/linkage.h"
#include "webhook/cluster/standing.h"

void ending_list_release(struct ending_list *list)
{
    array_for_each(ending, list) {
        free(ending->uid);
        free(ending->namespace_name);
        free(ending->name);
        free(ending->cluster_queue);
    }
    array_release(list);
}

struct cluster *cluster_create(const struct configuration *configuration)
{
    struct cluster *cluster = memory_allocate(sizeof *cluster);

    cluster->configuration = configuration_ref(configuration);
    cluster->ledger = ledger_create();
    cluster->directory = directory_source_read(&cluster->cache);
    return cluster;
}

void cluster_destroy(struct cluster *cluster)
{
    struct workload *workload;
    struct workload *next_workload;
    struct waiting_line *line;
    struct waiting_line *next_line;

    if (cluster == NULL) {
        return;
    }
    HASH_ITER(hh, cluster->workloads, workload, next_workload) {
        HASH_DEL(cluster->workloads, workload);
        workload_destroy(workload);
    }
    HASH_ITER(hh, cluster->lines, line, next_line) {
        HASH_DEL(cluster->lines, line);
        waiting_line_destroy(line);
    }
    array_release(&cluster->dirty);
    array_release(&cluster->due);
    grant_table_release(&cluster->grants);
    reservation_list_release(&cluster->reservations);
    occupancy_release(&cluster->occupancy);
    ending_list_release(&cluster->endings);
    ledger_destroy(cluster->ledger);
    directory_unref(cluster->directory);
    cache_release(&cluster->cache);
    configuration_unref(cluster->configuration);
    free(cluster);
}

struct workload *cluster_find_workload(const struct cluster *cluster, const char *uid)
{
    struct workload *workload = NULL;

    HASH_FIND_STR(cluster->workloads, uid, workload);
    return workload;
}

static enum resource resource_of_kind(const struct kind *kind)
{
    switch (kind->id) {
    case KIND_NOTEBOOK:
        return RESOURCE_NOTEBOOK;
    case KIND_JOB:
        return RESOURCE_JOB;
    case KIND_POD:
    case KIND_COUNT:
        break;
    }
    return RESOURCE_POD;
}

struct object *cluster_find_object(const struct cluster *cluster, const struct kind *kind,
                                   const char *uid)
{
    struct cache_entry *entry = cache_find(&cluster->cache, resource_of_kind(kind), uid);

    return entry != NULL ? entry->item->object : NULL;
}

struct waiting_line *cluster_find_line(const struct cluster *cluster, const char *cluster_queue)
{
    struct waiting_line *line = NULL;

    HASH_FIND_STR(cluster->lines, cluster_queue, line);
    return line;
}

bool cluster_is_managed(const struct cluster *cluster, const char *namespace_name)
{
    const struct cache_entry *entry =
        namespace_name != NULL ? cache_find(&cluster->cache, RESOURCE_NAMESPACE, namespace_name)
                               : NULL;

    return entry != NULL && entry->item->namespace_info->is_managed;
}

struct holding_view cluster_view(const struct cluster *cluster)
{
    return (struct holding_view){
        .configuration = cluster->configuration,
        .directory = cluster->directory,
        .cache = &cluster->cache,
        .grants = &cluster->grants,
    };
}

void cluster_mark(struct cluster *cluster, struct workload *workload)
{
    if (!workload->is_dirty) {
        workload->is_dirty = true;
        array_append(&cluster->dirty, workload);
    }
}

void cluster_mark_line(struct cluster *cluster, const char *cluster_queue)
{
    struct waiting_line *line = cluster_find_line(cluster, cluster_queue);

    if (line != NULL) {
        waiting_line_unsettle(line);
    }
}

void cluster_mark_all_lines(struct cluster *cluster)
{
    struct waiting_line *line = cluster->lines;

    for (; line != NULL; line = line->hh.next) {
        waiting_line_unsettle(line);
    }
}

void cluster_note_owner_absent(struct cluster *cluster, const char *pod_uid)
{
    struct cache_entry *entry = cache_find(&cluster->cache, RESOURCE_POD, pod_uid);

    if (entry != NULL) {
        entry->is_owner_absent = true;
        linkage_detach(cluster, entry);
        linkage_attach(cluster, entry);
    }
}

/* Moves the object to where it belongs now that it carries an admission. */
void cluster_note_started(struct cluster *cluster, struct grant *grant, uint64_t resource_version)
{
    struct cache_entry *entry =
        cache_find(&cluster->cache, resource_of_kind(grant->kind), grant->uid);

    if (entry != NULL && entry->item->object->resource_version < resource_version) {
        object_mark_started(entry->item->object, grant->admission, resource_version);
        linkage_detach(cluster, entry);
        grant_table_remove(&cluster->grants, grant);
        linkage_attach(cluster, entry);
    }
}

void cluster_end_grant(struct cluster *cluster, struct grant *grant)
{
    struct cache_entry *entry =
        cache_find(&cluster->cache, resource_of_kind(grant->kind), grant->uid);

    if (entry != NULL && entry->workload != NULL) {
        entry->workload->admission = NULL;
        cluster_mark(cluster, entry->workload);
    }
    grant_table_remove(&cluster->grants, grant);
}

static void ensure_lines(struct cluster *cluster)
{
    array_for_each(queue, &cluster->directory->cluster_queues) {
        if (cluster_find_line(cluster, (*queue)->name) == NULL) {
            struct waiting_line *line = waiting_line_create((*queue)->name);
            HASH_ADD_KEYPTR(hh, cluster->lines, line->cluster_queue, strlen(line->cluster_queue),
                            line);
        }
    }
}

static void renew_directory(struct cluster *cluster)
{
    struct workload *workload = cluster->workloads;

    cluster->is_directory_stale = false;
    directory_unref(cluster->directory);
    cluster->directory = directory_source_read(&cluster->cache);
    cluster->is_changed = true;
    ensure_lines(cluster);
    for (; workload != NULL; workload = workload->hh.next) {
        cluster_mark(cluster, workload);
    }
    cluster_mark_all_lines(cluster);
}

void cluster_refresh(struct cluster *cluster, int64_t now_ms, int64_t wall_us)
{
    cluster->wall_us = wall_us;
    if (cluster->is_directory_stale) {
        renew_directory(cluster);
    }
    for (size_t i = 0; i < cluster->dirty.count; i++) {
        standing_refresh(cluster, cluster->dirty.items[i], now_ms);
    }
    cluster->dirty.count = 0;
}

void cluster_tick(struct cluster *cluster, int64_t now_ms)
{
    struct workload *workload = cluster->workloads;
    char *queue;

    for (; workload != NULL; workload = workload->hh.next) {
        if (workload->podless_since_ms != 0) {
            cluster_mark(cluster, workload);
        }
    }
    while ((queue = reservation_list_expire_one(&cluster->reservations, cluster->ledger, now_ms)) !=
           NULL) {
        cluster_mark_line(cluster, queue);
        cluster->is_changed = true;
        free(queue);
    }
}
