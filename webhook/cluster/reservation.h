/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/ledger.h"
#include "webhook/kinds/object.h"

/* The place that a gone Pod of a StatefulSet keeps for its successor: same owner, same name. */
struct reservation {
    char *owner_uid;
    char *pod_name;
    struct admission *admission;
    int64_t expires_at_ms; /* monotonic */
};

struct reservation_list ARRAY_OF(struct reservation);

void reservation_list_release(struct reservation_list *list);

/* Keeps what the Pod held; an older reservation of the same name is replaced. */
void reservation_list_add(struct reservation_list *list, struct ledger *ledger,
                          const struct object *pod, int64_t expires_at_ms);

/* NULL if there is none for this Pod. Borrowed until the list changes. */
struct reservation *reservation_list_find(const struct reservation_list *list,
                                          const struct object *pod);

/* Gives the quota back. */
void reservation_list_remove(struct reservation_list *list, struct ledger *ledger,
                             struct reservation *reservation);

/* The ClusterQueue of one that has expired, which is removed; owned. NULL if none has. */
char *reservation_list_expire_one(struct reservation_list *list, struct ledger *ledger,
                                  int64_t now_ms);
