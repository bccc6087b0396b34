/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "certs/certificate.h"
#include "webhook/kube/kube_client.h"

/*
 * The certificate that we make ourselves: kept in the Secret `gpuaas-webhook-cert`, its authority
 * written into the webhook configurations `zz-gpuaas`. Replicas share it by compare-and-swap.
 */
struct serving_certificate {
    struct kube_client *client;
    const char *namespace_name;
    char *authority_pem;
    struct certificate_pair pair;
};

/* Fetches the Secret, makes or renews what is in it, and publishes the authority. Blocks; to be
 * called now and then. *out_is_new: `pair` differs from what it was. */
must_check bool serving_certificate_ensure(struct serving_certificate *certificate,
                                           int64_t now_seconds, bool *out_is_new,
                                           struct error *error);
void serving_certificate_release(struct serving_certificate *certificate);
