/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/change.h"

#include "base/log.h"
#include "webhook/companion/owner_fetch.h"

static void send_adoption(const struct change_actors *actors, const struct change *change)
{
    struct kube_request request = {
        .method = KUBE_JSON_PATCH,
        .path = kind_object_path(change->object->kind, change->object->namespace_name,
                                 change->object->name),
        .body = kind_format_adoption(change->object, change->admission),
        .wants_metadata_only = true,
    };

    log_info("adopting what runs without us", LOG_TEXT("kind", change->object->kind->name),
             LOG_TEXT("namespace", change->object->namespace_name),
             LOG_TEXT("name", change->object->name), LOG_TEXT("verdict", "admitted"),
             LOG_TEXT("clusterQueue", change->admission->cluster_queue));
    change->workload->is_adoption_in_flight =
        errands_send_take(actors->errands, ERRAND_ADOPT, change->workload->uid, &request);
}

static void drop_reservation(const struct change_actors *actors, const struct object *pod)
{
    struct cluster *cluster = actors->cluster;
    struct reservation *kept = reservation_list_find(&cluster->reservations, pod);

    if (kept != NULL) {
        reservation_list_remove(&cluster->reservations, cluster->ledger, kept);
    }
}

void change_apply(const struct change_actors *actors, struct change *change)
{
    switch (change->kind) {
    case CHANGE_SUCCEED:
        drop_reservation(actors, change->object);
        starts_reserve_take(actors->starts, change);
        break;
    case CHANGE_START:
    case CHANGE_RELEASE:
        starts_reserve_take(actors->starts, change);
        break;
    case CHANGE_RESERVE:
        records_reserve_take(actors->records, change->workload, take_pointer(&change->admission));
        break;
    case CHANGE_PREEMPT:
        evictions_preempt(actors->evictions, change->workload, change->preemption_reason,
                          change->preemptor);
        break;
    case CHANGE_DROP_RESERVATION:
        drop_reservation(actors, change->object);
        break;
    case CHANGE_ADOPT:
        send_adoption(actors, change);
        break;
    case CHANGE_FETCH_OWNER:
        owner_fetch_send(actors->cluster, actors->errands, change);
        break;
    }
}
