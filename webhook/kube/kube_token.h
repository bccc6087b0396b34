/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "webhook/kube/kube_config.h"

/* The bearer token of a configuration, kept up with its file: mounted tokens are rotated. Owned by
 * one thread; embedded. */
struct kube_token {
    const struct kube_config *config;
    char *text; /* NULL: none */
    dev_t device;
    ino_t inode;
    struct timespec changed_at;
};

/* The configuration must outlive it. */
void kube_token_init(struct kube_token *token, const struct kube_config *config);
void kube_token_release(struct kube_token *token);

/* The token to send now, borrowed until the next call; NULL: none. A file that cannot be read
 * leaves the last one. */
const char *kube_token_get(struct kube_token *token);

/* After a token was refused: reads the file whatever its age; true if it holds another one now. */
bool kube_token_renew(struct kube_token *token);
