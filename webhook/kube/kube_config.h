/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "base/memory.h"

/* Where the API server is, and who we are to it. */
struct kube_config {
    char *server;                 /* "https://10.0.0.1:443", without a path */
    char *authority_pem;          /* NULL: the system's */
    char *client_certificate_pem; /* NULL: none */
    char *client_key_pem;
    char *token;          /* NULL: none */
    char *token_path;     /* read again when the file changes; NULL: none */
    char *namespace_name; /* of the context or the service account; NULL: none */
};

/* Decodes the current context of a kubeconfig (client.config.k8s.io v1). Relative file names are
 * below `folder`. What we do not support (exec plugins, proxies) is an error that says so. */
must_check bool kube_config_decode(const json_t *document, const char *folder,
                                   struct kube_config **out_config, struct error *error);

/* The mounted service account and KUBERNETES_SERVICE_HOST and _PORT. */
must_check bool kube_config_load_in_cluster(struct kube_config **out_config, struct error *error);

void kube_config_destroy(struct kube_config *config);

MEMORY_DEFINE_AUTO(kube_config)
#define auto_kube_config __attribute__((cleanup(kube_config_auto_destroy)))
