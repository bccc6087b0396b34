/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/pods_ready.h"

static int64_t count_expected(const struct workload *workload)
{
    const struct admission *admission = workload->admission;

    return admission != NULL && admission->pod_sets.count > 0 ? admission->pod_sets.items[0].count
                                                              : 1;
}

static bool is_ready(const struct object *pod)
{
    return pod->ready_us != 0 && !pod->is_finished && !pod->is_deleting;
}

static bool has_succeeded(const struct object *pod)
{
    return pod->is_finished && !pod->has_failed;
}

/* Pods of a Job that ended may be gone; its status remembers them. */
static int64_t count_succeeded(const struct workload *workload)
{
    int64_t count = 0;

    array_for_each(pod, &workload->pods) {
        count += has_succeeded(*pod) ? 1 : 0;
    }
    if (workload->owner != NULL && workload->owner->succeeded_count > count) {
        return workload->owner->succeeded_count;
    }
    return count;
}

int64_t pods_ready_since_us(const struct workload *workload)
{
    int64_t count = count_succeeded(workload);
    int64_t since_us = 1; /* if nothing but Pods that have ended is left */

    array_for_each(item, &workload->pods) {
        const struct object *pod = *item;
        if (is_ready(pod)) {
            count++;
            since_us = pod->ready_us > since_us ? pod->ready_us : since_us;
        }
    }
    return count >= count_expected(workload) ? since_us : 0;
}
