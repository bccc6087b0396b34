/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What was told of the troubles of many, so that one cause is told once. */
struct kube_trouble_log {
    int told_cause;
    int told_count; /* of those that are in trouble that was told */
};

/* Failures in a row of one thing that is tried again and again. Valid when zeroed. */
struct kube_trouble {
    unsigned failures;
    bool is_told;
};

/* Counts and, from the second one on, tells a failure of `name`, once. `cause` is a number that is
 * equal for equal causes. Returns how long to wait: 100 ms doubling to 10 s, half of it by chance,
 * so that many who failed together do not come back together. */
int64_t kube_trouble_add(struct kube_trouble *trouble, struct kube_trouble_log *log,
                         const char *name, int cause, const char *message);

/* All is well again. */
void kube_trouble_end(struct kube_trouble *trouble, struct kube_trouble_log *log, const char *name);
