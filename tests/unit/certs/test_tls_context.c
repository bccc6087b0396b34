/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <openssl/err.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "certs/authority.h"
#include "certs/pem.h"
#include "certs/tls_context.h"

enum { NOW_SECONDS = 1764038211, TURNS_MAX = 20 };

static const char *const names[] = {"webhook.svc"};

/* A client and a server that talk through memory. */
struct handshake {
    SSL_CTX *client_context;
    SSL *client;
    SSL *server;
};

static void release(struct handshake *handshake)
{
    SSL_free(handshake->client);
    SSL_free(handshake->server);
    SSL_CTX_free(handshake->client_context);
}

#define auto_handshake __attribute__((cleanup(release)))

static SSL_CTX *create_context(void)
{
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair serving = {0};
    SSL_CTX *context = NULL;
    struct error error = {0};

    cr_assert(authority_create(NOW_SECONDS, &authority, NULL));
    cr_assert(authority_issue(&authority, names, 1, NOW_SECONDS, &serving, NULL));
    cr_assert(tls_context_create(&serving, &context, &error), "%s", error.message);
    return context;
}

static void prepare(struct handshake *handshake)
{
    auto_tls_context SSL_CTX *context = create_context();
    BIO *client_end;
    BIO *server_end;

    handshake->client_context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(handshake->client_context, 0);
    handshake->client = SSL_new(handshake->client_context);
    handshake->server = SSL_new(context);
    cr_assert_eq(BIO_new_bio_pair(&client_end, 0, &server_end, 0), 1);
    SSL_set_bio(handshake->client, client_end, client_end);
    SSL_set_bio(handshake->server, server_end, server_end);
    SSL_set_connect_state(handshake->client);
    SSL_set_accept_state(handshake->server);
}

static bool shake(struct handshake *handshake)
{
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        int client_done = SSL_do_handshake(handshake->client);
        int server_done = SSL_do_handshake(handshake->server);
        if (client_done == 1 && server_done == 1) {
            return true;
        }
    }
    ERR_clear_error();
    return false;
}

Test(tls_context, speaks_tls_1_2_and_1_3_only)
{
    static const struct {
        int version;
        bool is_spoken;
    } cases[] = {{TLS1_VERSION, false},
                 {TLS1_1_VERSION, false},
                 {TLS1_2_VERSION, true},
                 {TLS1_3_VERSION, true}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_handshake struct handshake handshake = {0};
        prepare(&handshake);
        SSL_set_min_proto_version(handshake.client, cases[i].version);
        SSL_set_max_proto_version(handshake.client, cases[i].version);
        cr_expect_eq(shake(&handshake), cases[i].is_spoken, "version %x", cases[i].version);
    }
}

Test(tls_context, takes_no_cipher_without_forward_secrecy_or_authentication)
{
    static const struct {
        const char *cipher;
        bool is_taken;
    } cases[] = {{"ECDHE-ECDSA-AES128-GCM-SHA256", true},
                 {"ECDHE-ECDSA-CHACHA20-POLY1305", true},
                 {"ECDHE-ECDSA-AES128-SHA256", false},
                 {"ECDHE-ECDSA-AES256-SHA", false},
                 {"AECDH-AES128-SHA", false}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_handshake struct handshake handshake = {0};
        prepare(&handshake);
        SSL_set_max_proto_version(handshake.client, TLS1_2_VERSION);
        cr_assert_eq(SSL_set_cipher_list(handshake.client, cases[i].cipher), 1);
        cr_expect_eq(shake(&handshake), cases[i].is_taken, "%s", cases[i].cipher);
    }
}

Test(tls_context, agrees_on_http_1_1_and_on_nothing_else)
{
    static const struct {
        const char *offer;
        bool is_accepted;
    } cases[] = {
        {"\x08http/1.1", true}, {"\x02h2\x08http/1.1", true}, {"\x02h2", false}, {"", true}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_handshake struct handshake handshake = {0};
        const unsigned char *agreed;
        unsigned agreed_bytes;
        size_t offer_bytes = strlen(cases[i].offer);
        prepare(&handshake);
        if (offer_bytes > 0) {
            SSL_set_alpn_protos(handshake.client, (const unsigned char *)cases[i].offer,
                                (unsigned)offer_bytes);
        }
        cr_expect_eq(shake(&handshake), cases[i].is_accepted, "case %zu", i);
        SSL_get0_alpn_selected(handshake.client, &agreed, &agreed_bytes);
        cr_expect_eq(agreed_bytes, cases[i].is_accepted && offer_bytes > 0 ? 8 : 0, "case %zu", i);
    }
}

Test(tls_context, resumes_no_session)
{
    auto_tls_context SSL_CTX *context = create_context();

    cr_assert_eq(SSL_CTX_get_session_cache_mode(context), SSL_SESS_CACHE_OFF);
    cr_assert_eq(SSL_CTX_get_num_tickets(context), 0);
    cr_assert_neq(SSL_CTX_get_options(context) & SSL_OP_NO_TICKET, 0);
    cr_assert_neq(SSL_CTX_get_options(context) & SSL_OP_NO_RENEGOTIATION, 0);
}

Test(tls_context, sends_the_chain_behind_the_leaf)
{
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair serving = {0};
    auto_tls_context SSL_CTX *context = NULL;
    STACK_OF(X509) *chain = NULL;

    cr_assert(authority_create(NOW_SECONDS, &authority, NULL));
    cr_assert(authority_issue(&authority, names, 1, NOW_SECONDS, &serving, NULL));
    auto_free char *both = text_format("%s%s", serving.certificate_pem, authority.certificate_pem);
    const struct certificate_pair pair = {both, serving.key_pem};
    cr_assert(tls_context_create(&pair, &context, NULL));
    cr_assert_eq(SSL_CTX_get0_chain_certs(context, &chain), 1);
    cr_assert_eq(sk_X509_num(chain), 1);
}

Test(tls_context, needs_a_key_that_belongs_to_the_certificate)
{
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair serving = {0};
    SSL_CTX *context = NULL;
    struct error error = {0};

    cr_assert(authority_create(NOW_SECONDS, &authority, NULL));
    cr_assert(authority_issue(&authority, names, 1, NOW_SECONDS, &serving, NULL));
    const struct certificate_pair mixed = {serving.certificate_pem, authority.key_pem};
    cr_assert_not(tls_context_create(&mixed, &context, &error));
    cr_assert(text_starts_with(error.message, "checking certificate and private key"));
    cr_assert_null(context);
}
