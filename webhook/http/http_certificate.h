/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <pthread.h>

#include <openssl/ssl.h>

/* The certificate that new connections use. Embedded; guarded by its own mutex, which is held for
 * the time of a pointer's copy. */
struct http_certificate {
    pthread_mutex_t mutex;
    SSL_CTX *context;
};

void http_certificate_init(struct http_certificate *certificate);
void http_certificate_release(struct http_certificate *certificate);

/* Takes a reference of its own. */
void http_certificate_set(struct http_certificate *certificate, SSL_CTX *context);

/* A reference of the caller's, or NULL before the first http_certificate_set. */
SSL_CTX *http_certificate_ref(struct http_certificate *certificate);
