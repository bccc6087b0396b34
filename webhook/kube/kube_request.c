/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_request.h"

#include <string.h>

void kube_request_release(struct kube_request *request)
{
    free(request->path);
    free(request->body);
    memset(request, 0, sizeof *request);
}

void kube_answer_release(struct kube_answer *answer)
{
    free(answer->body);
    memset(answer, 0, sizeof *answer);
}

const char *kube_outcome_name(enum kube_outcome outcome)
{
    static const char *const names[] = {
        [KUBE_DONE] = "done",
        [KUBE_CONFLICT] = "conflict",
        [KUBE_ALREADY_EXISTS] = "already exists",
        [KUBE_NOT_FOUND] = "not found",
        [KUBE_REFUSED] = "refused",
        [KUBE_RETRY] = "retry",
        [KUBE_UNKNOWN] = "unknown",
        [KUBE_NOT_SENT] = "not sent",
    };

    return names[outcome];
}
