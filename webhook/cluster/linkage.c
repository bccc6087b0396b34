/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/linkage.h"

#include "base/text.h"
#include "webhook/cluster/membership.h"

static struct workload *get_workload(struct cluster *cluster, const char *uid)
{
    struct workload *workload = cluster_find_workload(cluster, uid);

    if (workload == NULL) {
        workload = workload_create(uid);
        HASH_ADD_KEYPTR(hh, cluster->workloads, workload->uid, strlen(workload->uid), workload);
    }
    cluster_mark(cluster, workload);
    return workload;
}

static void set_name(struct workload *workload, const struct kind *kind, const char *namespace_name,
                     const char *name)
{
    workload->kind = kind;
    free(workload->namespace_name);
    free(workload->name);
    workload->namespace_name = memory_copy_text(namespace_name);
    workload->name = memory_copy_text(name);
}

static void set_owner(struct workload *workload, const struct object *owner)
{
    workload->owner = owner;
    if (workload->name == NULL || workload->kind == NULL) {
        set_name(workload, owner->kind, owner->namespace_name, owner->name);
    }
}

static void attach_pod(struct cluster *cluster, struct cache_entry *entry)
{
    struct object *pod = entry->item->object;
    const char *uid = membership_find(&cluster->cache, entry, &entry->is_owner_unknown);
    struct workload *workload = get_workload(cluster, uid);

    entry->workload = workload;
    cluster->unknown_owners += entry->is_owner_unknown ? 1 : 0;
    workload_add_pod(workload, pod);
    if (strcmp(uid, pod->uid) == 0) {
        set_owner(workload, pod);
    } else if (workload->namespace_name == NULL) {
        workload->namespace_name = memory_copy_text(pod->namespace_name);
    }
}

void linkage_attach(struct cluster *cluster, struct cache_entry *entry)
{
    const struct item *item = entry->item;

    switch (item->resource) {
    case RESOURCE_POD:
        attach_pod(cluster, entry);
        break;
    case RESOURCE_JOB:
    case RESOURCE_NOTEBOOK:
        entry->workload = get_workload(cluster, item->object->uid);
        set_owner(entry->workload, item->object);
        break;
    case RESOURCE_WORKLOAD:
        if (item->workload->owner_uid != NULL) {
            entry->workload = get_workload(cluster, item->workload->owner_uid);
            entry->workload->record = item->workload;
            if (entry->workload->namespace_name == NULL) {
                entry->workload->namespace_name = memory_copy_text(item->workload->namespace_name);
            }
        }
        break;
    case RESOURCE_NAMESPACE:
    case RESOURCE_NODE:
    case RESOURCE_FLAVOR:
    case RESOURCE_CLUSTER_QUEUE:
    case RESOURCE_LOCAL_QUEUE:
    case RESOURCE_STATEFULSET:
    case RESOURCE_COHORT:
    case RESOURCE_ADMISSION_CHECK:
    case RESOURCE_WORKLOAD_PRIORITY_CLASS:
    case RESOURCE_PRIORITY_CLASS:
    case RESOURCE_REPLICASET:
    case RESOURCE_OCCUPANT:
    case RESOURCE_COUNT:
        break;
    }
}

void linkage_detach(struct cluster *cluster, struct cache_entry *entry)
{
    struct workload *workload = entry->workload;
    const struct item *item = entry->item;

    if (workload == NULL) {
        return;
    }
    if (item->resource == RESOURCE_POD) {
        workload_remove_pod(workload, item->object);
        cluster->unknown_owners -= entry->is_owner_unknown ? 1 : 0;
    }
    if (item->resource == RESOURCE_WORKLOAD) {
        workload->record = workload->record == item->workload ? NULL : workload->record;
    } else if (workload->owner == item->object) {
        workload->owner = NULL;
    }
    workload->admission = NULL;
    entry->workload = NULL;
    cluster_mark(cluster, workload);
}

void linkage_renew_pods(struct cluster *cluster, const char *owner_uid)
{
    struct cache_entry *entry = cluster->cache.entries[RESOURCE_POD];

    for (; entry != NULL; entry = entry->hh.next) {
        const struct object *pod = entry->item->object;
        bool is_of_owner = entry->workload != NULL && strcmp(entry->workload->uid, owner_uid) == 0;
        if (entry->is_owner_unknown || is_of_owner || text_equal(pod->owner_uid, owner_uid)) {
            linkage_detach(cluster, entry);
            linkage_attach(cluster, entry);
        }
    }
}
