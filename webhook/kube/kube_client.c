/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_client.h"

#include "base/clock.h"
#include "webhook/kube/kube_transfer.h"

struct kube_client {
    struct kube_token token;
    struct kube_transfer *transfer;
};

struct kube_client *kube_client_create(const struct kube_config *config)
{
    struct kube_client *client = memory_allocate(sizeof *client);

    kube_token_init(&client->token, config);
    client->transfer = kube_transfer_create(config, KUBE_HTTP_1);
    return client;
}

void kube_client_destroy(struct kube_client *client)
{
    if (client != NULL) {
        kube_transfer_destroy(client->transfer);
        kube_token_release(&client->token);
        free(client);
    }
}

void kube_client_send(struct kube_client *client, const struct kube_request *request,
                      int timeout_ms, struct kube_answer *out_answer)
{
    int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
    CURLcode code;

    do {
        int64_t left_ms = deadline_ms - clock_monotonic_ms();
        const struct kube_patience patience = {.total_ms = left_ms > 1 ? (long)left_ms : 1};
        kube_transfer_prepare(client->transfer, request, &client->token, patience);
        code = curl_easy_perform(client->transfer->easy);
    } while (kube_transfer_must_renew(client->transfer, &client->token));
    kube_transfer_finish(client->transfer, code, out_answer);
}

static enum error_code error_code_of(enum kube_outcome outcome)
{
    switch (outcome) {
    case KUBE_NOT_FOUND:
        return ERROR_NOT_FOUND;
    case KUBE_REFUSED:
        return ERROR_REFUSED;
    case KUBE_CONFLICT:
    case KUBE_ALREADY_EXISTS:
        return ERROR_CONFLICT;
    case KUBE_DONE:
    case KUBE_RETRY:
    case KUBE_UNKNOWN: /* a GET changes nothing */
    case KUBE_NOT_SENT:
        break;
    }
    return ERROR_UNAVAILABLE;
}

enum kube_outcome kube_client_get(struct kube_client *client, const char *path, int timeout_ms,
                                  json_t **out_json, struct error *error)
{
    auto_kube_request struct kube_request request = {KUBE_GET, .path = memory_copy_text(path)};
    auto_kube_answer struct kube_answer answer = {0};
    json_error_t problem;

    *out_json = NULL;
    kube_client_send(client, &request, timeout_ms, &answer);
    if (answer.outcome != KUBE_DONE) {
        error_set(error, error_code_of(answer.outcome), "getting '%s': %s", path, answer.message);
        return answer.outcome;
    }
    *out_json = json_loadb(answer.body != NULL ? answer.body : "", answer.body_bytes,
                           JSON_ALLOW_NUL, &problem);
    if (*out_json == NULL) {
        error_set(error, ERROR_UNAVAILABLE, "getting '%s': the answer is not JSON: %s", path,
                  problem.text);
        return KUBE_RETRY;
    }
    return KUBE_DONE;
}
