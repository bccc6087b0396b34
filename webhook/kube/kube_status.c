/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_status.h"

#include <jansson.h>
#include <stdio.h>

enum { MAX_BODY_BYTES = 1024 * 1024 };

static bool has_reason(const json_t *status, const char *reason)
{
    return text_equal(json_string_value(json_object_get(status, "reason")), reason);
}

/*
 * A 503 of the API server itself ("ServiceUnavailable": shutting down, its storage not yet open,
 * no endpoint of an aggregated API) was made before anything was done. A 503 of something else on
 * the way says nothing: a balancer also writes one when it lost the server after the request had
 * been passed on. Retry-After is a promise that asking again is right.
 */
static enum kube_outcome read_unavailable(const struct kube_answer *answer, const json_t *status)
{
    return answer->retry_after_seconds > 0 || has_reason(status, "ServiceUnavailable") ||
                   has_reason(status, "TooManyRequests")
               ? KUBE_RETRY
               : KUBE_UNKNOWN;
}

/* 408 is the word of a proxy that may have passed the request on. Other 5xx come as well when the
 * storage timed out in the middle of a write. */
static enum kube_outcome read_outcome(const struct kube_answer *answer, const json_t *status)
{
    switch (answer->status) {
    case 404:
        return KUBE_NOT_FOUND;
    case 408:
        return KUBE_UNKNOWN;
    case 409:
        return has_reason(status, "AlreadyExists") ? KUBE_ALREADY_EXISTS : KUBE_CONFLICT;
    case 429:
        return KUBE_RETRY;
    case 503:
        return read_unavailable(answer, status);
    default:
        return answer->status >= 500 ? KUBE_UNKNOWN : KUBE_REFUSED;
    }
}

void kube_status_read(struct kube_answer *answer, struct text_view body)
{
    if (answer->status >= 200 && answer->status < 300) {
        answer->outcome = KUBE_DONE;
        return;
    }
    json_auto_t *status =
        body.size_bytes > 0 && body.size_bytes <= MAX_BODY_BYTES
            ? json_loadb(body.bytes, body.size_bytes, JSON_DISABLE_EOF_CHECK, NULL)
            : NULL;
    json_int_t seconds = json_integer_value(
        json_object_get(json_object_get(status, "details"), "retryAfterSeconds"));
    const char *message = json_string_value(json_object_get(status, "message"));

    if (answer->retry_after_seconds == 0 && seconds > 0 && seconds <= 3600) {
        answer->retry_after_seconds = (int)seconds;
    }
    answer->outcome = read_outcome(answer, status);
    if (message != NULL && message[0] != '\0') {
        snprintf(answer->message, sizeof answer->message, "%s", message);
    } else {
        snprintf(answer->message, sizeof answer->message, "the server answered with status %d",
                 answer->status);
    }
}
