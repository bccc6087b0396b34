/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/reservation.h"

#include "base/text.h"
#include "policy/rules/flavors.h"

static void release(struct reservation *reservation)
{
    free(reservation->owner_uid);
    free(reservation->pod_name);
    admission_destroy(reservation->admission);
}

void reservation_list_release(struct reservation_list *list)
{
    array_for_each(reservation, list) {
        release(reservation);
    }
    array_release(list);
}

static char *holder_name(const struct reservation *reservation)
{
    return text_format("reservation/%s/%s", reservation->owner_uid, reservation->pod_name);
}

struct reservation *reservation_list_find(const struct reservation_list *list,
                                          const struct object *pod)
{
    array_for_each(reservation, list) {
        if (text_equal(reservation->owner_uid, pod->owner_uid) &&
            text_equal(reservation->pod_name, pod->name)) {
            return reservation;
        }
    }
    return NULL;
}

void reservation_list_remove(struct reservation_list *list, struct ledger *ledger,
                             struct reservation *reservation)
{
    auto_free char *holder = holder_name(reservation);
    struct charge_list nothing = {0};

    ledger_set_take(ledger, holder, &nothing);
    release(reservation);
    array_remove(list, (size_t)(reservation - list->items));
}

void reservation_list_add(struct reservation_list *list, struct ledger *ledger,
                          const struct object *pod, int64_t expires_at_ms)
{
    struct reservation *older = reservation_list_find(list, pod);
    struct charge_list charges = {0};
    struct reservation reservation = {
        .owner_uid = memory_copy_text(pod->owner_uid),
        .pod_name = memory_copy_text(pod->name),
        .admission = admission_copy(pod->admission),
        .expires_at_ms = expires_at_ms,
    };
    auto_free char *holder = holder_name(&reservation);

    if (older != NULL) {
        reservation_list_remove(list, ledger, older);
    }
    flavors_count(pod->admission, charge_list_get(&charges, pod->admission->cluster_queue));
    ledger_set_take(ledger, holder, &charges);
    array_append(list, reservation);
}

char *reservation_list_expire_one(struct reservation_list *list, struct ledger *ledger,
                                  int64_t now_ms)
{
    array_for_each(reservation, list) {
        if (reservation->expires_at_ms <= now_ms) {
            char *cluster_queue = memory_copy_text(reservation->admission->cluster_queue);
            reservation_list_remove(list, ledger, reservation);
            return cluster_queue;
        }
    }
    return NULL;
}
