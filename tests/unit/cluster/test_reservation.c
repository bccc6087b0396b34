/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/reservation.h"

#include "tests/unit/cluster/scene.h"

static struct object gone_pod(struct admission *admission)
{
    return (struct object){.kind = &kind_pod,
                           .uid = (char *)"old",
                           .name = (char *)"set-0",
                           .owner_uid = (char *)"set",
                           .admission = admission};
}

static int64_t used(struct ledger *ledger)
{
    auto_usage struct usage usage = {0};

    ledger_get_used(ledger, "main", &usage);
    return usage_get(&usage, "a100", GPU);
}

Test(reservation, holds_what_the_pod_held_until_it_expires)
{
    struct ledger *ledger = ledger_create();
    struct reservation_list list = {0};
    auto_admission struct admission *admission = make_admission("old", "a100", 1, 2);
    const struct object pod = gone_pod(admission);

    reservation_list_add(&list, ledger, &pod, 100);
    cr_expect_eq(used(ledger), 2);
    cr_expect_null(reservation_list_expire_one(&list, ledger, 99));
    auto_free char *queue = reservation_list_expire_one(&list, ledger, 100);
    cr_expect_str_eq(queue, "main");
    cr_expect_eq(used(ledger), 0);
    cr_expect_null(reservation_list_expire_one(&list, ledger, 100));
    reservation_list_release(&list);
    ledger_destroy(ledger);
}

Test(reservation, is_kept_once_for_a_name)
{
    struct ledger *ledger = ledger_create();
    struct reservation_list list = {0};
    auto_admission struct admission *admission = make_admission("old", "a100", 1, 2);
    const struct object pod = gone_pod(admission);

    reservation_list_add(&list, ledger, &pod, 100);
    reservation_list_add(&list, ledger, &pod, 200);
    cr_expect_eq(list.count, 1);
    cr_expect_eq(used(ledger), 2);
    cr_expect_eq(list.items[0].expires_at_ms, 200);
    reservation_list_release(&list);
    ledger_destroy(ledger);
}

Test(reservation, is_for_the_same_owner_and_name_only)
{
    struct ledger *ledger = ledger_create();
    struct reservation_list list = {0};
    auto_admission struct admission *admission = make_admission("old", "a100", 1, 2);
    const struct object pod = gone_pod(admission);
    struct object other_name = pod;
    struct object other_owner = pod;

    other_name.name = (char *)"set-1";
    other_owner.owner_uid = (char *)"another";
    reservation_list_add(&list, ledger, &pod, 100);
    cr_expect_not_null(reservation_list_find(&list, &pod));
    cr_expect_null(reservation_list_find(&list, &other_name));
    cr_expect_null(reservation_list_find(&list, &other_owner));
    reservation_list_remove(&list, ledger, reservation_list_find(&list, &pod));
    cr_expect_eq(used(ledger), 0);
    reservation_list_release(&list);
    ledger_destroy(ledger);
}
