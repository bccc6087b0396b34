/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "webhook/kube/kube_request.h"

/* A request that somebody waits for. */
struct kube_order {
    uint64_t tag;
    struct kube_request request;
};

/* Orders first in, first out: a ring that grows. Embedded and valid when zeroed. */
struct kube_orders {
    struct kube_order *ring;
    size_t capacity;
    size_t first;
    size_t count;
};

/* Takes what the order owns. */
void kube_orders_push(struct kube_orders *orders, struct kube_order order);

/* False if there is none. What the order owns is the caller's. */
bool kube_orders_pop(struct kube_orders *orders, struct kube_order *out_order);

/* Releases the orders that are left, too. */
void kube_orders_release(struct kube_orders *orders);
