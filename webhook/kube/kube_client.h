/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/kube/kube_config.h"
#include "webhook/kube/kube_request.h"

/* A blocking client with one kept connection. Owned by one thread. */
struct kube_client;

/* The configuration must outlive the client. */
struct kube_client *kube_client_create(const struct kube_config *config);
void kube_client_destroy(struct kube_client *client);

/* Sends once and waits at most `timeout_ms`; never retries (but a 401 after the token file has
 * changed). *out_answer is to be released whatever the outcome. */
void kube_client_send(struct kube_client *client, const struct kube_request *request,
                      int timeout_ms, struct kube_answer *out_answer);

/* GET that decodes the body; *out_json is owned and NULL unless KUBE_DONE. */
enum kube_outcome kube_client_get(struct kube_client *client, const char *path, int timeout_ms,
                                  json_t **out_json, struct error *error);

MEMORY_DEFINE_AUTO(kube_client)
#define auto_kube_client __attribute__((cleanup(kube_client_auto_destroy)))
