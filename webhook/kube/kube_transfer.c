/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_transfer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "webhook/kube/kube_status.h"

enum {
    MAX_BODY_BYTES = 64 * 1024 * 1024,
    MAX_PROBLEM_BYTES = 1024 * 1024, /* of the body of a failed request with a sink */
    CONNECT_TIMEOUT_MS = 5000,
    KEEPALIVE_IDLE_SECONDS = 15,
    KEEPALIVE_INTERVAL_SECONDS = 5,
    USER_TIMEOUT_MS = 30000,
    MAX_RETRY_AFTER_SECONDS = 3600,
    MAX_IDLE_SECONDS = 45, /* the API server closes at 90 */
};

#define METADATA_ONLY                                                                              \
    "Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"

static void init_curl_once(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
        abort();
    }
}

static void init_curl(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, init_curl_once);
}

/* A peer that vanished without a word is noticed, whether we wait for it or write to it. */
static int set_up_socket(void *context, curl_socket_t descriptor, curlsocktype purpose)
{
    unsigned timeout_ms = USER_TIMEOUT_MS;

    (void)context;
    (void)purpose;
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
    return CURL_SOCKOPT_OK;
}

/*
 * curl sends a request again by itself when a kept connection ends without an answer. That must
 * not happen to a write: the first copy may have been carried out, and the answer to the second
 * (a conflict, say) would then be taken for the whole truth. curl calls this just before it sends;
 * the second time we refuse. It also tells what was surely never sent.
 */
static int on_about_to_send(void *context, char *peer_address, char *own_address, int peer_port,
                            int own_port)
{
    struct kube_transfer *transfer = context;

    (void)peer_address;
    (void)own_address;
    (void)peer_port;
    (void)own_port;
    if (transfer->is_sent && !transfer->is_idempotent) {
        return CURL_PREREQFUNC_ABORT;
    }
    transfer->is_sent = true;
    return CURL_PREREQFUNC_OK;
}

static size_t on_body(char *bytes, size_t one, size_t size_bytes, void *context)
{
    struct kube_transfer *transfer = context;
    bool has_sink = transfer->sink != NULL;

    (void)one;
    if (has_sink && kube_transfer_status(transfer) / 100 == 2) {
        return transfer->sink(transfer->context, bytes, size_bytes) ? size_bytes
                                                                    : CURL_WRITEFUNC_ERROR;
    }
    size_t max_bytes = has_sink ? MAX_PROBLEM_BYTES : MAX_BODY_BYTES;
    if (transfer->body.size_bytes + size_bytes > max_bytes) {
        return CURL_WRITEFUNC_ERROR;
    }
    text_append_bytes(&transfer->body, bytes, size_bytes);
    return size_bytes;
}

static void set_pem(CURL *easy, CURLoption option, char *pem)
{
    struct curl_blob blob = {.data = pem, .flags = CURL_BLOB_NOCOPY};

    if (pem != NULL) {
        blob.len = strlen(pem);
        curl_easy_setopt(easy, option, &blob);
    }
}

static void set_identities(CURL *easy, const struct kube_config *config)
{
    if (config->authority_pem != NULL) { /* and nobody else */
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
        set_pem(easy, CURLOPT_CAINFO_BLOB, config->authority_pem);
    }
    set_pem(easy, CURLOPT_SSLCERT_BLOB, config->client_certificate_pem);
    set_pem(easy, CURLOPT_SSLKEY_BLOB, config->client_key_pem);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

static void set_connection(CURL *easy, enum kube_http_version version)
{
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* not even the environment's */
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(
        easy, CURLOPT_HTTP_VERSION,
        (long)(version == KUBE_HTTP_2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, version == KUBE_HTTP_2 ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)MAX_IDLE_SECONDS);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_IDLE_SECONDS);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_INTERVAL_SECONDS);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, set_up_socket);
}

CURLM *kube_transfer_create_multi(void)
{
    init_curl();
    CURLM *multi = curl_multi_init();
    if (multi == NULL) {
        abort();
    }
    return multi;
}

struct kube_transfer *kube_transfer_create(const struct kube_config *config,
                                           enum kube_http_version version)
{
    struct kube_transfer *transfer = memory_allocate(sizeof *transfer);

    init_curl();
    transfer->config = config;
    transfer->easy = curl_easy_init();
    if (transfer->easy == NULL) {
        abort();
    }
    set_identities(transfer->easy, config);
    set_connection(transfer->easy, version);
    curl_easy_setopt(transfer->easy, CURLOPT_USERAGENT, "gpuaas");
    curl_easy_setopt(transfer->easy, CURLOPT_PREREQFUNCTION, on_about_to_send);
    curl_easy_setopt(transfer->easy, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_ERRORBUFFER, transfer->problem);
    return transfer;
}

void kube_transfer_destroy(struct kube_transfer *transfer)
{
    if (transfer == NULL) {
        return;
    }
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    text_release(&transfer->body);
    free(transfer);
}

static void add_header(struct kube_transfer *transfer, const char *line)
{
    struct curl_slist *longer = curl_slist_append(transfer->headers, line);

    if (longer == NULL) {
        abort();
    }
    transfer->headers = longer;
}

static const struct {
    const char *name;
    const char *content_type;
} methods[] = {
    [KUBE_GET] = {"GET", "Content-Type: application/json"},
    [KUBE_POST] = {"POST", "Content-Type: application/json"},
    [KUBE_PUT] = {"PUT", "Content-Type: application/json"},
    [KUBE_DELETE] = {"DELETE", "Content-Type: application/json"},
    [KUBE_JSON_PATCH] = {"PATCH", "Content-Type: application/json-patch+json"},
    [KUBE_MERGE_PATCH] = {"PATCH", "Content-Type: application/merge-patch+json"},
};

static void set_headers(struct kube_transfer *transfer, const struct kube_request *request,
                        const char *token)
{
    curl_slist_free_all(take_pointer(&transfer->headers));
    add_header(transfer, request->wants_metadata_only ? METADATA_ONLY : "Accept: application/json");
    if (request->body != NULL) {
        add_header(transfer, methods[request->method].content_type);
        add_header(transfer, "Expect:"); /* a round trip less */
    }
    if (token != NULL) {
        auto_free char *line = text_format("Authorization: Bearer %s", token);
        add_header(transfer, line);
        explicit_bzero(line, strlen(line));
    }
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
}

static void set_request(CURL *easy, const struct kube_request *request)
{
    if (request->body != NULL) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(request->body));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, methods[request->method].name);
}

void kube_transfer_prepare(struct kube_transfer *transfer, const struct kube_request *request,
                           struct kube_token *token, struct kube_patience patience)
{
    auto_free char *url = text_format("%s%s", transfer->config->server, request->path);

    text_clear(&transfer->body);
    transfer->problem[0] = '\0';
    transfer->is_idempotent = request->method == KUBE_GET;
    transfer->is_sent = false;
    curl_easy_setopt(transfer->easy, CURLOPT_URL, url);
    set_request(transfer->easy, request);
    set_headers(transfer, request, kube_token_get(token));
    curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, patience.total_ms);
    curl_easy_setopt(transfer->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_LOW_SPEED_TIME, patience.silent_seconds);
}

void kube_transfer_use_fresh_connection(struct kube_transfer *transfer, bool is_fresh)
{
    curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, is_fresh ? 1L : 0L);
}

bool kube_transfer_must_renew(struct kube_transfer *transfer, struct kube_token *token)
{
    bool was_renewed = transfer->is_renewed;

    transfer->is_renewed =
        !was_renewed && kube_transfer_status(transfer) == 401 && kube_token_renew(token);
    return transfer->is_renewed;
}

static void explain_failure(const struct kube_transfer *transfer, CURLcode code,
                            struct kube_answer *out_answer)
{
    const char *why = transfer->problem[0] != '\0' ? transfer->problem : curl_easy_strerror(code);

    if (code == CURLE_ABORTED_BY_CALLBACK) {
        why = "the connection ended without an answer";
    } else if (code == CURLE_WRITE_ERROR) {
        why = "the answer is too large";
    }
    out_answer->outcome = transfer->is_sent ? KUBE_UNKNOWN : KUBE_NOT_SENT;
    snprintf(out_answer->message, sizeof out_answer->message, "%s", why);
}

void kube_transfer_finish(struct kube_transfer *transfer, CURLcode code,
                          struct kube_answer *out_answer)
{
    curl_off_t retry_after_seconds = 0;

    *out_answer = (struct kube_answer){.status = kube_transfer_status(transfer)};
    if (code != CURLE_OK) {
        explain_failure(transfer, code, out_answer);
        return;
    }
    curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after_seconds);
    if (retry_after_seconds > 0 && retry_after_seconds <= MAX_RETRY_AFTER_SECONDS) {
        out_answer->retry_after_seconds = (int)retry_after_seconds;
    }
    kube_status_read(out_answer,
                     (struct text_view){transfer->body.bytes, transfer->body.size_bytes});
    if (transfer->body.size_bytes > 0) {
        out_answer->body_bytes = transfer->body.size_bytes;
        out_answer->body = text_take(&transfer->body);
    }
}

int kube_transfer_status(const struct kube_transfer *transfer)
{
    long status = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

struct kube_transfer *kube_transfer_of(CURL *easy)
{
    char *transfer = NULL;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    return (struct kube_transfer *)transfer;
}
