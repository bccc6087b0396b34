/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/usage.h"

/* What one workload takes from one ClusterQueue. */
struct charge {
    char *cluster_queue;
    struct usage usage;
};

struct charge_list ARRAY_OF(struct charge);

void charge_list_release(struct charge_list *list);

/* The usage charged to the queue; an empty entry is made if there is none. Borrowed. */
struct usage *charge_list_get(struct charge_list *list, const char *cluster_queue);
const struct usage *charge_list_find(const struct charge_list *list, const char *cluster_queue);
bool charge_list_is_zero(const struct charge_list *list);

/*
 * Who holds how much of which flavor, now. Guarded by its own mutex; no I/O inside.
 *
 * An entry is what one holder (a workload's uid, or a reservation for a successor) takes; the
 * totals of each ClusterQueue are kept with it.
 */
struct ledger;

struct ledger *ledger_create(void);
void ledger_destroy(struct ledger *ledger);

/* Replaces what the holder takes; empty charges remove it. The list is taken over and emptied.
 * Returns true if anything changed. */
bool ledger_set_take(struct ledger *ledger, const char *holder, struct charge_list *charges);

/* A copy of what is used of the queue. */
void ledger_get_used(struct ledger *ledger, const char *cluster_queue, struct usage *out_used);
