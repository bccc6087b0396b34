/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_trouble.h"

#include <stdlib.h>

#include "base/log.h"

enum { DELAY_MS = 100, MAX_DELAY_MS = 10000, MAX_DOUBLINGS = 7 };

static void tell(struct kube_trouble *trouble, struct kube_trouble_log *log, const char *name,
                 int cause, const char *message)
{
    if (trouble->is_told || (log->told_count > 0 && log->told_cause == cause)) {
        return;
    }
    log_warning("watching fails", LOG_TEXT("collection", name), LOG_TEXT("error", message));
    trouble->is_told = true;
    log->told_cause = cause;
    log->told_count++;
}

int64_t kube_trouble_add(struct kube_trouble *trouble, struct kube_trouble_log *log,
                         const char *name, int cause, const char *message)
{
    unsigned doublings = trouble->failures < MAX_DOUBLINGS ? trouble->failures : MAX_DOUBLINGS;
    unsigned delay_ms = (unsigned)DELAY_MS << doublings;

    delay_ms = delay_ms < MAX_DELAY_MS ? delay_ms : MAX_DELAY_MS;
    trouble->failures++;
    if (trouble->failures > 1) { /* one may be a connection that was closed in its time */
        tell(trouble, log, name, cause, message);
    }
    return delay_ms / 2 + arc4random_uniform(delay_ms / 2 + 1);
}

void kube_trouble_end(struct kube_trouble *trouble, struct kube_trouble_log *log, const char *name)
{
    if (trouble->is_told) {
        log_info("watching works again", LOG_TEXT("collection", name));
        log->told_count--;
    }
    *trouble = (struct kube_trouble){0};
}
