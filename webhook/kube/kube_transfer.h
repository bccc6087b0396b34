/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <curl/curl.h>
#include <stdint.h>

#include "base/text.h"
#include "webhook/kube/kube_config.h"
#include "webhook/kube/kube_request.h"
#include "webhook/kube/kube_token.h"

enum kube_http_version { KUBE_HTTP_1, KUBE_HTTP_2 };

/* How long a request may take; 0: any time. */
struct kube_patience {
    long total_ms;
    long silent_seconds; /* without a byte */
};

/*
 * A curl handle that is set up for the API server and used for one request after the other; the
 * connections belong to the curl multi that performs it, or to the handle itself. Owned by one
 * thread. A request is never sent twice: see kube_transfer.c.
 */
struct kube_transfer {
    CURL *easy;
    const struct kube_config *config;
    struct curl_slist *headers;
    struct text body; /* of the answer, but what went to the sink */
    char problem[CURL_ERROR_SIZE];
    bool is_idempotent;
    bool is_sent; /* at least in part */
    bool is_renewed;
    /* Takes the body of a 2xx as it arrives instead of `body`, and may change it; false ends the
     * transfer. NULL: none. */
    bool (*sink)(void *context, char *bytes, size_t size_bytes);
    void *context; /* of the sink, or of who looks the transfer up by its handle */
};

/* A curl multi, for one thread. */
CURLM *kube_transfer_create_multi(void);

/* The configuration must outlive it. */
struct kube_transfer *kube_transfer_create(const struct kube_config *config,
                                           enum kube_http_version version);

/* It must not be in a multi any more. */
void kube_transfer_destroy(struct kube_transfer *transfer);

/* Makes ready to send `request`, which must stay until the transfer has ended. */
void kube_transfer_prepare(struct kube_transfer *transfer, const struct kube_request *request,
                           struct kube_token *token, struct kube_patience patience);

/* The next request opens a connection of its own, so that none that is stalled can hold it up. */
void kube_transfer_use_fresh_connection(struct kube_transfer *transfer, bool is_fresh);

/* Whether an ended transfer is to be prepared and sent again, once: its token was refused, and the
 * file holds another one by now. */
bool kube_transfer_must_renew(struct kube_transfer *transfer, struct kube_token *token);

/* What came of it. *out_answer is written whole. */
void kube_transfer_finish(struct kube_transfer *transfer, CURLcode code,
                          struct kube_answer *out_answer);

int kube_transfer_status(const struct kube_transfer *transfer);

/* The transfer of a handle that curl names. */
struct kube_transfer *kube_transfer_of(CURL *easy);

MEMORY_DEFINE_AUTO(kube_transfer)
#define auto_kube_transfer __attribute__((cleanup(kube_transfer_auto_destroy)))
