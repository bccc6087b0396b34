/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/error.h"

/* PEM texts to and from OpenSSL's objects; used inside certs/ only. */

/* Parses every certificate of the text, at least one; the caller owns the stack. */
must_check bool pem_parse_certificates(const char *pem, STACK_OF(X509) * *out_certificates,
                                       struct error *error);

/* Parses an unencrypted private key; the caller owns it. */
must_check bool pem_parse_key(const char *pem, EVP_PKEY **out_key, struct error *error);

/* Owned texts. */
must_check bool pem_format_certificate(X509 *certificate, char **out_pem, struct error *error);
must_check bool pem_format_key(EVP_PKEY *key, char **out_pem, struct error *error);

/* Fills the error with `action` and OpenSSL's own reason, and returns false. */
bool pem_fail(struct error *error, const char *action);

static inline void pem_auto_x509_free(X509 **owner)
{
    X509_free(*owner);
}

static inline void pem_auto_key_free(EVP_PKEY **owner)
{
    EVP_PKEY_free(*owner);
}

static inline void pem_auto_stack_free(STACK_OF(X509) * *owner)
{
    sk_X509_pop_free(*owner, X509_free);
}

#define auto_x509 __attribute__((cleanup(pem_auto_x509_free)))
#define auto_key __attribute__((cleanup(pem_auto_key_free)))
#define auto_x509_stack __attribute__((cleanup(pem_auto_stack_free)))
