/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/tls_context.h"

#include <string.h>

#include "certs/pem.h"

static const char tls12_ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
static const unsigned char http_1_1[] = "\x08http/1.1";

/* A client that offers protocols must offer HTTP/1.1; one that offers none gets it anyway. */
static int select_protocol(SSL *connection, const unsigned char **out_selected,
                           unsigned char *out_size_bytes, const unsigned char *offered,
                           unsigned offered_bytes, void *context)
{
    unsigned char *selected = NULL;

    (void)connection;
    (void)context;
    if (SSL_select_next_proto(&selected, out_size_bytes, http_1_1, sizeof http_1_1 - 1, offered,
                              offered_bytes) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out_selected = selected;
    return SSL_TLSEXT_ERR_OK;
}

static bool restrict_protocol(SSL_CTX *context)
{
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(context, select_protocol, NULL);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, tls12_ciphers) == 1 &&
           SSL_CTX_set_num_tickets(context, 0) == 1;
}

static bool add_chain(SSL_CTX *context, STACK_OF(X509) * chain)
{
    if (SSL_CTX_use_certificate(context, sk_X509_value(chain, 0)) != 1) {
        return false;
    }
    for (int i = 1; i < sk_X509_num(chain); i++) {
        if (SSL_CTX_add1_chain_cert(context, sk_X509_value(chain, i)) != 1) {
            return false;
        }
    }
    return true;
}

bool tls_context_create(const struct certificate_pair *pair, SSL_CTX **out_context,
                        struct error *error)
{
    auto_x509_stack STACK_OF(X509) *chain = NULL;
    auto_key EVP_PKEY *key = NULL;
    auto_tls_context SSL_CTX *context = NULL;

    if (!certificate_pair_check_key(pair, error) ||
        !pem_parse_certificates(pair->certificate_pem, &chain, error) ||
        !pem_parse_key(pair->key_pem, &key, error)) {
        return false;
    }
    context = SSL_CTX_new(TLS_server_method());
    if (context == NULL || !restrict_protocol(context) || !add_chain(context, chain) ||
        SSL_CTX_use_PrivateKey(context, key) != 1) {
        return pem_fail(error, "making a TLS context");
    }
    *out_context = take_pointer(&context);
    return true;
}
