/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "webhook/kube/kube_trouble.h"

Test(kube_trouble, waits_longer_and_longer_within_bounds)
{
    struct kube_trouble_log log = {0};
    struct kube_trouble trouble = {0};

    for (int64_t delay_ms = 100, i = 0; i < 20; i++) {
        int64_t wait_ms = kube_trouble_add(&trouble, &log, "pods", 500, "no");
        cr_assert(wait_ms >= delay_ms / 2 && wait_ms <= delay_ms);
        delay_ms = delay_ms * 2 < 10000 ? delay_ms * 2 : 10000;
    }
}

Test(kube_trouble, tells_one_cause_once_for_all)
{
    struct kube_trouble_log log = {0};
    struct kube_trouble first = {0};
    struct kube_trouble second = {0};

    for (int i = 0; i < 3; i++) {
        kube_trouble_add(&first, &log, "pods", 1000, "away");
        kube_trouble_add(&second, &log, "nodes", 1000, "away");
    }
    cr_assert(first.is_told);
    cr_assert_not(second.is_told);
    kube_trouble_add(&second, &log, "nodes", 403, "forbidden");
    cr_assert(second.is_told);
    kube_trouble_end(&first, &log, "pods");
    kube_trouble_end(&second, &log, "nodes");
    cr_assert_eq(log.told_count, 0);
}

Test(kube_trouble, does_not_tell_a_single_failure)
{
    struct kube_trouble_log log = {0};
    struct kube_trouble trouble = {0};

    kube_trouble_add(&trouble, &log, "pods", 1000, "cut");
    cr_assert_not(trouble.is_told);
    kube_trouble_end(&trouble, &log, "pods");
    cr_assert_eq(trouble.failures, 0);
}
