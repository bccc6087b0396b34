/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/ledger.h"

#include <pthread.h>

#include "base/hash.h"
#include "base/text.h"

struct holder {
    char *name;
    struct charge_list charges;
    UT_hash_handle hh;
};

struct ledger {
    pthread_mutex_t mutex;
    struct holder *holders;
    struct charge_list totals;
};

void charge_list_release(struct charge_list *list)
{
    array_for_each(charge, list) {
        free(charge->cluster_queue);
        usage_release(&charge->usage);
    }
    array_release(list);
}

const struct usage *charge_list_find(const struct charge_list *list, const char *cluster_queue)
{
    array_for_each(charge, list) {
        if (text_equal(charge->cluster_queue, cluster_queue)) {
            return &charge->usage;
        }
    }
    return NULL;
}

struct usage *charge_list_get(struct charge_list *list, const char *cluster_queue)
{
    struct usage *usage = (struct usage *)charge_list_find(list, cluster_queue);

    if (usage != NULL) {
        return usage;
    }
    array_append(list, ((struct charge){.cluster_queue = memory_copy_text(cluster_queue)}));
    return &list->items[list->count - 1].usage;
}

bool charge_list_is_zero(const struct charge_list *list)
{
    array_for_each(charge, list) {
        if (!usage_is_zero(&charge->usage)) {
            return false;
        }
    }
    return true;
}

static bool charges_equal(const struct charge_list *left, const struct charge_list *right)
{
    if (left->count != right->count) {
        return false;
    }
    array_for_each(charge, left) {
        const struct usage *other = charge_list_find(right, charge->cluster_queue);
        if (other == NULL || !usage_equal(&charge->usage, other)) {
            return false;
        }
    }
    return true;
}

struct ledger *ledger_create(void)
{
    struct ledger *ledger = memory_allocate(sizeof *ledger);

    pthread_mutex_init(&ledger->mutex, NULL);
    return ledger;
}

static void remove_holder_locked(struct ledger *ledger, struct holder *holder)
{
    array_for_each(charge, &holder->charges) {
        usage_subtract_all(charge_list_get(&ledger->totals, charge->cluster_queue), &charge->usage);
    }
    HASH_DEL(ledger->holders, holder);
    charge_list_release(&holder->charges);
    free(holder->name);
    free(holder);
}

void ledger_destroy(struct ledger *ledger)
{
    struct holder *holder;
    struct holder *next;

    if (ledger == NULL) {
        return;
    }
    HASH_ITER(hh, ledger->holders, holder, next) {
        remove_holder_locked(ledger, holder);
    }
    charge_list_release(&ledger->totals);
    pthread_mutex_destroy(&ledger->mutex);
    free(ledger);
}

static void add_holder_locked(struct ledger *ledger, const char *name, struct charge_list *charges)
{
    struct holder *holder = memory_allocate(sizeof *holder);

    holder->name = memory_copy_text(name);
    holder->charges = *charges;
    memset(charges, 0, sizeof *charges);
    HASH_ADD_KEYPTR(hh, ledger->holders, holder->name, strlen(holder->name), holder);
    array_for_each(charge, &holder->charges) {
        usage_add_all(charge_list_get(&ledger->totals, charge->cluster_queue), &charge->usage);
    }
}

bool ledger_set_take(struct ledger *ledger, const char *name, struct charge_list *charges)
{
    struct holder *holder;
    bool is_changed = false;

    pthread_mutex_lock(&ledger->mutex);
    HASH_FIND_STR(ledger->holders, name, holder);
    bool is_empty = charge_list_is_zero(charges);
    if (holder != NULL && (is_empty || !charges_equal(&holder->charges, charges))) {
        remove_holder_locked(ledger, holder);
        holder = NULL;
        is_changed = true;
    }
    if (holder == NULL && !is_empty) {
        add_holder_locked(ledger, name, charges);
        is_changed = true;
    }
    pthread_mutex_unlock(&ledger->mutex);
    charge_list_release(charges);
    return is_changed;
}

void ledger_get_used(struct ledger *ledger, const char *cluster_queue, struct usage *out_used)
{
    pthread_mutex_lock(&ledger->mutex);
    const struct usage *total = charge_list_find(&ledger->totals, cluster_queue);
    if (total != NULL) {
        usage_copy(total, out_used);
    } else {
        memset(out_used, 0, sizeof *out_used);
    }
    pthread_mutex_unlock(&ledger->mutex);
}
