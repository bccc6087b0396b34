/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_transfer.h"

#include <jansson.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum {
    ANSWER_BYTES_MAX = 64 * 1024 * 1024,
    CONNECT_TIMEOUT_MS = 5000,
    DEAD_PEER_MS = 30000,
    BUFFER_BYTES = 64 * 1024,
};

static const struct {
    const char *verb;
    const char *content_type;
} methods[] = {
    [KUBE_GET] = {"GET", NULL},
    [KUBE_POST] = {"POST", "Content-Type: application/json"},
    [KUBE_PUT] = {"PUT", "Content-Type: application/json"},
    [KUBE_DELETE] = {"DELETE", "Content-Type: application/json"},
    [KUBE_JSON_PATCH] = {"PATCH", "Content-Type: application/json-patch+json"},
    [KUBE_MERGE_PATCH] = {"PATCH", "Content-Type: application/merge-patch+json"},
};

static size_t on_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct kube_transfer *transfer = context;
    size_t size_bytes = size * count;

    if (transfer->answer.size_bytes + size_bytes > ANSWER_BYTES_MAX) {
        transfer->is_too_large = true;
        return 0;
    }
    text_append_bytes(&transfer->answer, bytes, size_bytes);
    return size_bytes;
}

/* A peer that vanished without a word is given up after a while. */
static int on_socket(void *context, curl_socket_t socket, curlsocktype purpose)
{
    unsigned timeout_ms = DEAD_PEER_MS;

    (void)context;
    (void)purpose;
    setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
    return CURL_SOCKOPT_OK;
}

static void set_blob(CURL *easy, CURLoption option, const char *pem)
{
    if (pem != NULL) {
        struct curl_blob blob = {(void *)pem, strlen(pem), CURL_BLOB_COPY};
        curl_easy_setopt(easy, option, &blob);
    }
}

void kube_transfer_init(struct kube_transfer *transfer, const struct kube_config *config,
                        long http_version)
{
    CURL *easy = curl_easy_init();

    if (easy == NULL) {
        abort();
    }
    memset(transfer, 0, sizeof *transfer);
    transfer->easy = easy;
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, http_version);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 15L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 5L);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    set_blob(easy, CURLOPT_CAINFO_BLOB, config->authority_pem);
    set_blob(easy, CURLOPT_SSLCERT_BLOB, config->client_certificate_pem);
    set_blob(easy, CURLOPT_SSLKEY_BLOB, config->client_key_pem);
}

void kube_transfer_release(struct kube_transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    text_release(&transfer->answer);
    memset(transfer, 0, sizeof *transfer);
}

static void set_headers(struct kube_transfer *transfer, const struct kube_request *request,
                        const char *token)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");

    headers = curl_slist_append(
        headers, request->wants_metadata_only
                     ? "Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
                     : "Accept: application/json");
    if (methods[request->method].content_type != NULL) {
        headers = curl_slist_append(headers, methods[request->method].content_type);
    }
    if (token != NULL) {
        auto_free char *line = text_format("Authorization: Bearer %s", token);
        headers = curl_slist_append(headers, line);
    }
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, headers);
    curl_slist_free_all(transfer->headers);
    transfer->headers = headers;
}

void kube_transfer_prepare(struct kube_transfer *transfer, const struct kube_config *config,
                           const struct kube_request *request, const char *token, int timeout_ms)
{
    auto_free char *url = text_format("%s%s", config->server, request->path);
    const char *body = request->body != NULL ? request->body : "";

    text_clear(&transfer->answer);
    transfer->is_too_large = false;
    transfer->error[0] = '\0';
    curl_easy_setopt(transfer->easy, CURLOPT_URL, url);
    curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    if (request->method == KUBE_GET) {
        curl_easy_setopt(transfer->easy, CURLOPT_HTTPGET, 1L);
        curl_easy_setopt(transfer->easy, CURLOPT_CUSTOMREQUEST, NULL);
    } else {
        curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
        curl_easy_setopt(transfer->easy, CURLOPT_CUSTOMREQUEST, methods[request->method].verb);
    }
    set_headers(transfer, request, token);
}

/* Nothing of the request can have reached the server. */
static bool is_surely_not_sent(const struct kube_transfer *transfer, CURLcode result)
{
    long sent_bytes = 0;

    if (result == CURLE_COULDNT_CONNECT || result == CURLE_COULDNT_RESOLVE_HOST ||
        result == CURLE_SSL_CONNECT_ERROR || result == CURLE_PEER_FAILED_VERIFICATION) {
        return true;
    }
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
    return sent_bytes == 0;
}

/* The reason and message of a metav1.Status. */
static void read_status(struct kube_answer *answer, char *out_reason, size_t reason_bytes)
{
    json_auto_t *json =
        answer->body != NULL ? json_loadb(answer->body, answer->body_bytes, 0, NULL) : NULL;
    const char *reason = json_string_value(json_object_get(json, "reason"));
    const char *message = json_string_value(json_object_get(json, "message"));

    snprintf(out_reason, reason_bytes, "%s", reason != NULL ? reason : "");
    if (message != NULL) {
        snprintf(answer->message, sizeof answer->message, "%s", message);
    } else {
        snprintf(answer->message, sizeof answer->message, "status %d", answer->status);
    }
}

static enum kube_outcome classify(const struct kube_answer *answer, const char *reason)
{
    switch (answer->status) {
    case 404:
        return KUBE_NOT_FOUND;
    case 409:
        return strcmp(reason, "AlreadyExists") == 0 ? KUBE_ALREADY_EXISTS : KUBE_CONFLICT;
    case 401: /* a token that is being rotated */
    case 429:
        return KUBE_RETRY;
    case 503:
        /* "later" comes before the request is handled; without it, it may have been stored */
        return answer->retry_after_seconds > 0 ? KUBE_RETRY : KUBE_UNKNOWN;
    default:
        return answer->status >= 400 && answer->status < 500 ? KUBE_REFUSED : KUBE_UNKNOWN;
    }
}

void kube_transfer_conclude(struct kube_transfer *transfer, CURLcode result,
                            struct kube_answer *out_answer)
{
    long status = 0;
    curl_off_t retry_after = 0;
    char reason[64];

    memset(out_answer, 0, sizeof *out_answer);
    if (result != CURLE_OK) {
        out_answer->outcome = is_surely_not_sent(transfer, result) ? KUBE_NOT_SENT : KUBE_UNKNOWN;
        snprintf(out_answer->message, sizeof out_answer->message, "%s",
                 transfer->is_too_large       ? "the answer is too large"
                 : transfer->error[0] != '\0' ? transfer->error
                                              : curl_easy_strerror(result));
        return;
    }
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
    out_answer->status = (int)status;
    out_answer->body_bytes = transfer->answer.size_bytes;
    out_answer->body = text_take(&transfer->answer);
    out_answer->retry_after_seconds = retry_after > 0 && retry_after < 60 ? (int)retry_after : 0;
    if (status >= 200 && status < 300) {
        out_answer->outcome = KUBE_DONE;
        return;
    }
    read_status(out_answer, reason, sizeof reason);
    out_answer->outcome = classify(out_answer, reason);
}
