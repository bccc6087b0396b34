/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/http/http_certificate.h"

void http_certificate_init(struct http_certificate *certificate)
{
    pthread_mutex_init(&certificate->mutex, NULL);
    certificate->context = NULL;
}

void http_certificate_release(struct http_certificate *certificate)
{
    SSL_CTX_free(certificate->context);
    certificate->context = NULL;
    pthread_mutex_destroy(&certificate->mutex);
}

void http_certificate_set(struct http_certificate *certificate, SSL_CTX *context)
{
    SSL_CTX_up_ref(context);
    pthread_mutex_lock(&certificate->mutex);
    SSL_CTX *previous = certificate->context;
    certificate->context = context;
    pthread_mutex_unlock(&certificate->mutex);
    SSL_CTX_free(previous);
}

SSL_CTX *http_certificate_ref(struct http_certificate *certificate)
{
    pthread_mutex_lock(&certificate->mutex);
    SSL_CTX *context = certificate->context;
    if (context != NULL) {
        SSL_CTX_up_ref(context);
    }
    pthread_mutex_unlock(&certificate->mutex);
    return context;
}
