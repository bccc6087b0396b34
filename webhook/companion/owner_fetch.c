/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/owner_fetch.h"

#include "base/text.h"
#include "webhook/cluster/intake.h"
#include "webhook/cluster/membership.h"

void owner_fetch_send(struct cluster *cluster, struct errands *errands, const struct change *change)
{
    enum resource resource;
    struct kube_request request = {
        .method = KUBE_GET,
        .path = membership_owner_path(&cluster->cache, change->object, &resource),
    };

    if (request.path == NULL) {
        cluster_note_owner_absent(cluster, change->object->uid);
        return;
    }
    change->workload->is_fetch_in_flight =
        errands_send_take(errands, ERRAND_FETCH, change->workload->uid, &request);
}

static struct item *decode(const struct cluster *cluster, const json_t *json)
{
    const char *kind = json_string_value(json_object_get(json, "kind"));
    enum resource resource = text_equal(kind, "Job")           ? RESOURCE_JOB
                             : text_equal(kind, "StatefulSet") ? RESOURCE_STATEFULSET
                                                               : RESOURCE_NOTEBOOK;

    return kind != NULL ? item_decode(resource, cluster->configuration, json) : NULL;
}

/* Another object may have the owner's name by now. */
static bool is_owner(const struct cluster *cluster, const char *pod_uid, const struct item *item)
{
    const struct cache_entry *entry = cache_find(&cluster->cache, RESOURCE_POD, pod_uid);
    const char *direct = entry != NULL ? entry->item->object->controller.uid : NULL;
    const struct cache_entry *statefulset =
        direct != NULL ? cache_find(&cluster->cache, RESOURCE_STATEFULSET, direct) : NULL;

    return text_equal(item_uid(item), direct) ||
           (statefulset != NULL &&
            text_equal(item_uid(item), statefulset->item->controller->controller.uid));
}

void owner_fetch_note_answer(struct cluster *cluster, const struct errand *errand,
                             const struct kube_answer *answer)
{
    json_auto_t *json = answer->outcome == KUBE_DONE && answer->body != NULL
                            ? json_loads(answer->body, 0, NULL)
                            : NULL;
    struct item *item = decode(cluster, json);
    bool is_found = item != NULL && is_owner(cluster, errand->subject, item);

    if (item != NULL) {
        intake_put_take(cluster, item);
    }
    if (!is_found && (answer->outcome == KUBE_DONE || answer->outcome == KUBE_NOT_FOUND)) {
        cluster_note_owner_absent(cluster, errand->subject);
    }
}
