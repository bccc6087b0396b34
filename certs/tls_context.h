/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/ssl.h>

#include "certs/certificate.h"

/* Makes a server's context: TLS 1.2 or newer, ephemeral keys and AEAD only, HTTP/1.1 only, and
 * neither tickets, renegotiation nor compression. The caller owns one reference. */
must_check bool tls_context_create(const struct certificate_pair *pair, SSL_CTX **out_context,
                                   struct error *error);

static inline void tls_context_auto_free(SSL_CTX **owner)
{
    SSL_CTX_free(*owner);
}

#define auto_tls_context __attribute__((cleanup(tls_context_auto_free)))
