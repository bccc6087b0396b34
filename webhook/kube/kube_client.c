/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_client.h"

#include "webhook/kube/kube_token.h"
#include "webhook/kube/kube_transfer.h"

struct kube_client {
    const struct kube_config *config;
    struct kube_token token;
    struct kube_transfer transfer;
};

struct kube_client *kube_client_create(const struct kube_config *config)
{
    struct kube_client *client = memory_allocate(sizeof *client);

    client->config = config;
    kube_transfer_init(&client->transfer, config, CURL_HTTP_VERSION_1_1);
    return client;
}

void kube_client_destroy(struct kube_client *client)
{
    if (client == NULL) {
        return;
    }
    kube_transfer_release(&client->transfer);
    kube_token_release(&client->token);
    free(client);
}

void kube_client_send(struct kube_client *client, const struct kube_request *request,
                      int timeout_ms, struct kube_answer *out_answer)
{
    kube_transfer_prepare(&client->transfer, client->config, request,
                          kube_token_get(&client->token, client->config), timeout_ms);
    kube_transfer_conclude(&client->transfer, curl_easy_perform(client->transfer.easy), out_answer);
}

enum kube_outcome kube_client_get(struct kube_client *client, const char *path, int timeout_ms,
                                  json_t **out_json, struct error *error)
{
    const struct kube_request request = {.method = KUBE_GET, .path = (char *)path};
    auto_kube_answer struct kube_answer answer = {0};

    kube_client_send(client, &request, timeout_ms, &answer);
    if (answer.outcome == KUBE_DONE) {
        *out_json = json_loadb(answer.body, answer.body_bytes, 0, NULL);
        if (*out_json == NULL) {
            error_set(error, ERROR_UNAVAILABLE, "'%s' is not answered with JSON", path);
            return KUBE_RETRY;
        }
        return KUBE_DONE;
    }
    error_set(error, answer.outcome == KUBE_NOT_FOUND ? ERROR_NOT_FOUND : ERROR_UNAVAILABLE,
              "getting '%s': %s", path, answer.message);
    return answer.outcome;
}
