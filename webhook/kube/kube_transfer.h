/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <curl/curl.h>

#include "base/text.h"
#include "webhook/kube/kube_config.h"
#include "webhook/kube/kube_request.h"

/* One request on its way through libcurl; reusable. Owned by one thread. */
struct kube_transfer {
    CURL *easy;
    struct curl_slist *headers;
    struct text answer;
    bool is_too_large;
    char error[CURL_ERROR_SIZE];
};

void kube_transfer_init(struct kube_transfer *transfer, const struct kube_config *config,
                        long http_version);
void kube_transfer_release(struct kube_transfer *transfer);

/* Sets the request up; it must outlive the transfer. `token` may be NULL. */
void kube_transfer_prepare(struct kube_transfer *transfer, const struct kube_config *config,
                           const struct kube_request *request, const char *token, int timeout_ms);

/* What came of it: outcome, status, message, and the body (moved out). */
void kube_transfer_conclude(struct kube_transfer *transfer, CURLcode result,
                            struct kube_answer *out_answer);
