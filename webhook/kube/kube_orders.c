/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_orders.h"

#include <string.h>

enum { FIRST_CAPACITY = 16 };

static void grow(struct kube_orders *orders)
{
    size_t capacity = orders->capacity != 0 ? orders->capacity * 2 : FIRST_CAPACITY;
    struct kube_order *ring = memory_resize(NULL, capacity, sizeof *ring);

    for (size_t i = 0; i < orders->count; i++) {
        ring[i] = orders->ring[(orders->first + i) % orders->capacity];
    }
    free(orders->ring);
    *orders = (struct kube_orders){ring, capacity, 0, orders->count};
}

void kube_orders_push(struct kube_orders *orders, struct kube_order order)
{
    if (orders->count == orders->capacity) {
        grow(orders);
    }
    orders->ring[(orders->first + orders->count) % orders->capacity] = order;
    orders->count++;
}

bool kube_orders_pop(struct kube_orders *orders, struct kube_order *out_order)
{
    if (orders->count == 0) {
        return false;
    }
    *out_order = orders->ring[orders->first];
    orders->first = (orders->first + 1) % orders->capacity;
    orders->count--;
    return true;
}

void kube_orders_release(struct kube_orders *orders)
{
    struct kube_order order;

    while (kube_orders_pop(orders, &order)) {
        kube_request_release(&order.request);
    }
    free(orders->ring);
    memset(orders, 0, sizeof *orders);
}
