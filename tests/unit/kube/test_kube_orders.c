/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "webhook/kube/kube_orders.h"

Test(kube_orders, gives_first_what_came_first)
{
    struct kube_orders orders = {0};
    struct kube_order order;
    uint64_t next_out = 0;

    for (uint64_t i = 0; i < 1000; i++) {
        kube_orders_push(&orders, (struct kube_order){.tag = i});
        if (i % 3 == 0) {
            cr_assert(kube_orders_pop(&orders, &order));
            cr_assert_eq(order.tag, next_out++);
        }
    }
    while (kube_orders_pop(&orders, &order)) {
        cr_assert_eq(order.tag, next_out++);
    }
    cr_assert_eq(next_out, 1000);
    kube_orders_release(&orders);
}

Test(kube_orders, releases_what_is_left)
{
    struct kube_orders orders = {0};

    kube_orders_push(&orders,
                     (struct kube_order){1, {KUBE_GET, memory_copy_text("/a"), NULL, false}});
    kube_orders_release(&orders);
    cr_assert_eq(orders.count, 0);
}
