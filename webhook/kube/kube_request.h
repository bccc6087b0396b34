/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

enum kube_method { KUBE_GET, KUBE_POST, KUBE_PUT, KUBE_DELETE, KUBE_JSON_PATCH, KUBE_MERGE_PATCH };

/* One call of the API. Owned texts. */
struct kube_request {
    enum kube_method method;
    char *path; /* with the query: "/api/v1/namespaces/a/pods/b" */
    char *body; /* JSON; NULL: none */
    /* Ask for PartialObjectMetadata instead of the object: cheap where only the metadata count. */
    bool wants_metadata_only;
};

/* What a caller must know to go on. */
enum kube_outcome {
    KUBE_DONE,           /* 2xx */
    KUBE_CONFLICT,       /* 409, not AlreadyExists: decided on something old */
    KUBE_ALREADY_EXISTS, /* 409 with reason AlreadyExists */
    KUBE_NOT_FOUND,      /* 404 */
    KUBE_REFUSED,        /* any other 4xx: the server will say so again */
    KUBE_RETRY,          /* 429, or a 5xx that says it was not done: later, with backoff */
    KUBE_UNKNOWN,        /* it may have been done: no answer after sending, 500, 504 */
    KUBE_NOT_SENT,       /* no connection: nothing was sent */
};

struct kube_answer {
    enum kube_outcome outcome;
    int status; /* 0: none */
    char *body; /* owned, terminated; NULL: none. Bounded by 64 MiB */
    size_t body_bytes;
    char message[256]; /* the server's or our words when not done: one sentence */
    int retry_after_seconds;
};

void kube_request_release(struct kube_request *request);
void kube_answer_release(struct kube_answer *answer);
const char *kube_outcome_name(enum kube_outcome outcome);

MEMORY_DEFINE_AUTO_RELEASE(kube_request)
#define auto_kube_request __attribute__((cleanup(kube_request_auto_release)))
MEMORY_DEFINE_AUTO_RELEASE(kube_answer)
#define auto_kube_answer __attribute__((cleanup(kube_answer_auto_release)))
