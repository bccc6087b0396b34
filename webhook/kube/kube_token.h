/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <time.h>

#include "webhook/kube/kube_config.h"

/* The bearer token of a configuration: its file is read again when it changes, as the kubelet
 * rotates it. Owned by one thread. */
struct kube_token {
    char *text; /* NULL: none */
    struct timespec changed;
};

/* The newest token, borrowed until the next call; NULL: the configuration has none. */
const char *kube_token_get(struct kube_token *token, const struct kube_config *config);
void kube_token_release(struct kube_token *token);
