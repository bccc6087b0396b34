/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/intake.h"

#include "base/text.h"
#include "webhook/cluster/directory_source.h"
#include "webhook/cluster/linkage.h"

static bool may_own_pods(enum resource resource)
{
    return resource == RESOURCE_JOB || resource == RESOURCE_NOTEBOOK ||
           resource == RESOURCE_STATEFULSET;
}

static void mark_namespace(struct cluster *cluster, const char *namespace_name)
{
    struct workload *workload = cluster->workloads;

    for (; workload != NULL; workload = workload->hh.next) {
        if (text_equal(workload->namespace_name, namespace_name)) {
            cluster_mark(cluster, workload);
        }
    }
}

/* The decision about an object is over once a newer version of it is seen. */
static void end_outdated_grant(struct cluster *cluster, const struct item *item)
{
    if (!resource_is_object(item->resource)) {
        return;
    }
    struct grant *grant = grant_table_find(&cluster->grants, item->object->uid);
    if (grant != NULL && item->object->resource_version > grant->resource_version) {
        grant_table_remove(&cluster->grants, grant);
    }
}

/* What a StatefulSet does not want any more keeps no place. */
static void drop_reservations(struct cluster *cluster, const char *owner_uid,
                              const struct controller *controller)
{
    size_t i = 0;

    while (i < cluster->reservations.count) {
        struct reservation *reservation = &cluster->reservations.items[i];
        if (!text_equal(reservation->owner_uid, owner_uid) ||
            (controller != NULL && controller_wants_pod(controller, reservation->pod_name))) {
            i++;
            continue;
        }
        cluster_mark_line(cluster, reservation->admission->cluster_queue);
        reservation_list_remove(&cluster->reservations, cluster->ledger, reservation);
        cluster->is_changed = true;
    }
}

/* True if what is known already is as new. */
static bool is_outdated(struct cluster *cluster, struct cache_entry *entry, const struct item *item)
{
    const char *uid = item_uid(item);

    if (entry == NULL) {
        return uid != NULL && cache_is_buried(&cluster->cache, uid);
    }
    uint64_t known = item_resource_version(entry->item);
    if (known == 0 || item_resource_version(item) > known) {
        return false;
    }
    entry->list_seen = cluster->cache.lists[item->resource];
    return true;
}

/* A StatefulSet that names a Notebook may come before another that has claimed it. */
static void review_claims(struct cluster *cluster, const struct controller *statefulset)
{
    const char *owner = statefulset->controller.uid;
    const struct workload *workload = owner != NULL ? cluster_find_workload(cluster, owner) : NULL;

    if (workload != NULL && workload->pods.count > 0) {
        linkage_renew_pods(cluster, owner);
    }
}

/* Whatever depends on the object beside its own workload. */
static void spread(struct cluster *cluster, const struct item *item, bool is_new)
{
    if (item->resource == RESOURCE_NAMESPACE) {
        mark_namespace(cluster, item->namespace_info->name);
    }
    if (item->resource == RESOURCE_STATEFULSET) {
        drop_reservations(cluster, item->controller->uid, item->controller);
    }
    if (item->resource == RESOURCE_STATEFULSET && is_new) {
        review_claims(cluster, item->controller);
    }
    if (may_own_pods(item->resource) && is_new && cluster->unknown_owners > 0) {
        linkage_renew_pods(cluster, item_uid(item));
    }
}

/* Room on the nodes has changed: who waits for a place is to be tried again. */
static void note_load(struct cluster *cluster, const struct item *before, const struct item *after)
{
    const struct item *any = before != NULL ? before : after;
    bool is_freed = before != NULL && occupancy_remove(&cluster->occupancy, before);

    if (after != NULL) {
        is_freed &= !occupancy_add(&cluster->occupancy, after);
    }
    if (any->resource == RESOURCE_NODE &&
        (before == NULL || after == NULL || !cluster_node_equal(before->node, after->node))) {
        cluster->occupancy.is_stale = true;
        is_freed = true;
    }
    if (is_freed && cluster->configuration->node_places) {
        cluster_mark_all_lines(cluster);
    }
}

/* A gone Pod of a StatefulSet that still wants it keeps its place for its successor, unless it gave
 * it back before, by coming to its end or because it was evicted. */
static void reserve_for_successor(struct cluster *cluster, const struct cache_entry *entry,
                                  int64_t now_ms)
{
    const struct object *pod = entry->item->object;
    const struct cache_entry *owner =
        pod->owner_uid != NULL ? cache_find(&cluster->cache, RESOURCE_STATEFULSET, pod->owner_uid)
                               : NULL;
    bool is_own_workload = entry->workload != NULL && text_equal(entry->workload->uid, pod->uid);

    bool is_evicted = is_own_workload && workload_is_evicting(entry->workload);

    if (owner != NULL && is_own_workload && !is_evicted && !pod->is_suspended &&
        !pod->is_finished && pod->admission != NULL &&
        cluster_is_managed(cluster, pod->namespace_name) &&
        controller_wants_pod(owner->item->controller, pod->name)) {
        int64_t patience_ms = (int64_t)cluster->configuration->successor_reservation_seconds * 1000;
        reservation_list_add(&cluster->reservations, cluster->ledger, pod, now_ms + patience_ms);
    }
}

static void remove_entry(struct cluster *cluster, enum resource resource, struct cache_entry *entry,
                         int64_t now_ms)
{
    const char *uid = item_uid(entry->item);
    auto_free char *owner_uid = may_own_pods(resource) ? memory_copy_text(uid) : NULL;

    if (resource == RESOURCE_POD) {
        reserve_for_successor(cluster, entry, now_ms);
    }
    if (resource == RESOURCE_NAMESPACE) {
        mark_namespace(cluster, entry->item->namespace_info->name);
    }
    if (directory_source_differs(entry->item, NULL)) {
        cluster->is_directory_stale = true;
    }
    if (resource_is_object(resource)) {
        struct grant *grant = grant_table_find(&cluster->grants, uid);
        if (grant != NULL) {
            grant_table_remove(&cluster->grants, grant);
        }
    }
    note_load(cluster, entry->item, NULL);
    linkage_detach(cluster, entry);
    cache_remove(&cluster->cache, resource, entry);
    if (owner_uid != NULL) {
        linkage_renew_pods(cluster, owner_uid);
        drop_reservations(cluster, owner_uid, NULL);
    }
}

static void dismiss(struct cluster *cluster, enum resource resource, const char *key,
                    int64_t now_ms)
{
    struct cache_entry *entry = cache_find(&cluster->cache, resource, key);

    if (entry != NULL) {
        remove_entry(cluster, resource, entry, now_ms);
    }
}

/* A Pod is one thing or the other: ours to look after, or one that only takes room. */
static void dismiss_other_form(struct cluster *cluster, const struct item *item)
{
    if (item->resource == RESOURCE_POD) {
        dismiss(cluster, RESOURCE_OCCUPANT, item->key, 0);
    } else if (item->resource == RESOURCE_OCCUPANT) {
        dismiss(cluster, RESOURCE_POD, item->key, 0);
    }
}

void intake_put_take(struct cluster *cluster, struct item *item)
{
    struct cache_entry *entry = cache_find(&cluster->cache, item->resource, item->key);
    bool is_new = entry == NULL;

    if (is_outdated(cluster, entry, item)) {
        item_destroy(item);
        return;
    }
    dismiss_other_form(cluster, item);
    if (directory_source_differs(entry != NULL ? entry->item : NULL, item)) {
        cluster->is_directory_stale = true;
    }
    end_outdated_grant(cluster, item);
    note_load(cluster, entry != NULL ? entry->item : NULL, item);
    if (entry != NULL) {
        linkage_detach(cluster, entry);
    }
    entry = cache_put_take(&cluster->cache, item);
    linkage_attach(cluster, entry);
    spread(cluster, item, is_new);
}

static void bury_entry(struct cluster *cluster, enum resource resource, struct cache_entry *entry,
                       int64_t now_ms)
{
    const char *uid = item_uid(entry->item);

    if (uid != NULL) {
        cache_bury(&cluster->cache, uid);
    }
    remove_entry(cluster, resource, entry, now_ms);
}

static void bury(struct cluster *cluster, enum resource resource, const char *key, int64_t now_ms)
{
    struct cache_entry *entry = cache_find(&cluster->cache, resource, key);

    if (entry != NULL) {
        bury_entry(cluster, resource, entry, now_ms);
    }
}

void intake_remove(struct cluster *cluster, enum resource resource, const char *key, int64_t now_ms)
{
    bury(cluster, resource, key, now_ms);
    if (resource == RESOURCE_POD) {
        bury(cluster, RESOURCE_OCCUPANT, key, now_ms);
    }
}

void intake_dismiss(struct cluster *cluster, enum resource resource, const char *key,
                    int64_t now_ms)
{
    dismiss(cluster, resource, key, now_ms);
    if (resource == RESOURCE_POD) {
        dismiss(cluster, RESOURCE_OCCUPANT, key, now_ms);
    }
}

void intake_begin_list(struct cluster *cluster, enum resource resource)
{
    cluster->cache.lists[resource]++;
    if (resource == RESOURCE_POD) {
        cluster->cache.lists[RESOURCE_OCCUPANT]++;
    }
}

/* What was not told again is gone. */
static void bury_unlisted(struct cluster *cluster, enum resource resource, int64_t now_ms)
{
    struct cache_entry *entry;
    struct cache_entry *next;

    HASH_ITER(hh, cluster->cache.entries[resource], entry, next) {
        if (entry->list_seen != cluster->cache.lists[resource]) {
            bury_entry(cluster, resource, entry, now_ms);
        }
    }
}

void intake_end_list(struct cluster *cluster, enum resource resource, uint64_t round,
                     int64_t now_ms)
{
    bury_unlisted(cluster, resource, now_ms);
    if (resource == RESOURCE_POD) {
        bury_unlisted(cluster, RESOURCE_OCCUPANT, now_ms);
    }
    cluster->cache.is_listed[resource] = true;
    cluster->cache.rounds[resource] = round;
}
