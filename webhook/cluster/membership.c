/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/membership.h"

#include "base/text.h"

static const struct {
    const char *kind;
    enum resource resource;
} watched_owners[] = {
    {"Job", RESOURCE_JOB},
    {"StatefulSet", RESOURCE_STATEFULSET},
    {"Notebook", RESOURCE_NOTEBOOK},
};

static bool find_watched(const char *kind, enum resource *out_resource)
{
    for (size_t i = 0; i < ARRAY_LENGTH(watched_owners); i++) {
        if (text_equal(watched_owners[i].kind, kind)) {
            *out_resource = watched_owners[i].resource;
            return true;
        }
    }
    return false;
}

static const struct controller *find_statefulset(const struct cache *cache, const char *uid)
{
    const struct cache_entry *entry = cache_find(cache, RESOURCE_STATEFULSET, uid);

    return entry != NULL ? entry->item->controller : NULL;
}

static bool is_older(const struct controller *left, const struct controller *right)
{
    return left->created_us != right->created_us ? left->created_us < right->created_us
                                                 : strcmp(left->uid, right->uid) < 0;
}

/* Of several StatefulSets that name one Notebook the one that its controller names like it counts,
 * else the oldest: any user can make another, and within the same second. */
static bool is_preferred(const struct controller *left, const struct controller *right,
                         const struct object *notebook)
{
    bool is_namesake = text_equal(left->name, notebook->name);

    return is_namesake != text_equal(right->name, notebook->name) ? is_namesake
                                                                  : is_older(left, right);
}

static bool is_of_notebook(const struct cache *cache, const struct controller *statefulset,
                           const struct object *notebook)
{
    const struct cache_entry *entry = cache->entries[RESOURCE_STATEFULSET];

    for (; entry != NULL; entry = entry->hh.next) {
        const struct controller *other = entry->item->controller;
        if (other != statefulset &&
            text_equal(other->controller.uid, statefulset->controller.uid) &&
            is_preferred(other, statefulset, notebook)) {
            return false;
        }
    }
    return true;
}

static const char *find_behind_statefulset(const struct cache *cache, const struct object *pod,
                                           const struct controller *statefulset,
                                           bool is_absent_known, bool *out_is_owner_unknown)
{
    const char *uid = statefulset->controller.uid;

    if (!text_equal(statefulset->controller.kind, "Notebook") || uid == NULL) {
        return pod->uid;
    }
    const struct cache_entry *notebook = cache_find(cache, RESOURCE_NOTEBOOK, uid);
    if (notebook == NULL) {
        *out_is_owner_unknown = !is_absent_known && !cache_is_buried(cache, uid);
        return pod->uid;
    }
    return is_of_notebook(cache, statefulset, notebook->item->object) ? uid : pod->uid;
}

const char *membership_find(const struct cache *cache, const struct cache_entry *entry,
                            bool *out_is_owner_unknown)
{
    const struct object *pod = entry->item->object;
    const char *owner = pod->owner_uid;
    enum resource resource;

    *out_is_owner_unknown = false;
    if (!pod->is_suspended && pod->admission != NULL && pod->admission->workload_uid[0] != '\0') {
        return pod->admission->workload_uid;
    }
    if (owner == NULL && !pod->is_suspended) {
        owner = pod->controller.uid; /* it came without us: a claim, and nobody was denied by it */
    }
    if (owner == NULL) {
        return pod->uid;
    }
    if (cache_find(cache, RESOURCE_JOB, owner) != NULL) {
        return cache_find(cache, RESOURCE_JOB, owner)->item->object->uid;
    }
    const struct controller *statefulset = find_statefulset(cache, owner);
    if (statefulset != NULL) {
        return find_behind_statefulset(cache, pod, statefulset, entry->is_owner_absent,
                                       out_is_owner_unknown);
    }
    *out_is_owner_unknown = !entry->is_owner_absent && !cache_is_buried(cache, owner) &&
                            text_equal(pod->controller.uid, owner) &&
                            find_watched(pod->controller.kind, &resource);
    return pod->uid;
}

char *membership_owner_path(const struct cache *cache, const struct object *pod,
                            enum resource *out_resource)
{
    const struct controller *statefulset =
        pod->controller.uid != NULL ? find_statefulset(cache, pod->controller.uid) : NULL;
    const struct controller_reference *owner =
        statefulset != NULL ? &statefulset->controller : &pod->controller;

    if (owner->name == NULL || !find_watched(owner->kind, out_resource)) {
        return NULL;
    }
    const char *collection = resource_path(*out_resource);
    const char *plural = strrchr(collection, '/');
    return text_format("%.*s/namespaces/%s%s/%s", (int)(plural - collection), collection,
                       pod->namespace_name, plural, owner->name);
}
