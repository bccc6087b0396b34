/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/certificate.h"

#include <arpa/inet.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/file.h"
#include "base/text.h"
#include "certs/pem.h"

enum { FILE_BYTES_MAX = 1 << 20 };

void certificate_pair_release(struct certificate_pair *pair)
{
    if (pair->key_pem != NULL) {
        OPENSSL_cleanse(pair->key_pem, strlen(pair->key_pem));
    }
    free(pair->key_pem);
    free(pair->certificate_pem);
    memset(pair, 0, sizeof *pair);
}

bool certificate_pair_equal(const struct certificate_pair *left,
                            const struct certificate_pair *right)
{
    return text_equal(left->certificate_pem, right->certificate_pem) &&
           text_equal(left->key_pem, right->key_pem);
}

static bool check_certificates(const char *pem, struct error *error)
{
    auto_x509_stack STACK_OF(X509) *chain = NULL;

    return pem_parse_certificates(pem, &chain, error);
}

static bool check_key(const char *pem, struct error *error)
{
    auto_key EVP_PKEY *key = NULL;

    return pem_parse_key(pem, &key, error);
}

bool certificate_pair_load_files(const char *certificate_path, const char *key_path,
                                 struct certificate_pair *out_pair, struct error *error)
{
    auto_certificate_pair struct certificate_pair pair = {0};

    if (!file_read(certificate_path, FILE_BYTES_MAX, &pair.certificate_pem, NULL, error) ||
        !file_read(key_path, FILE_BYTES_MAX, &pair.key_pem, NULL, error)) {
        return false;
    }
    if (!check_certificates(pair.certificate_pem, error)) {
        return error_wrap(error, "loading '%s'", certificate_path);
    }
    if (!check_key(pair.key_pem, error)) {
        return error_wrap(error, "loading '%s'", key_path);
    }
    if (!certificate_pair_check_key(&pair, error)) {
        return error_wrap(error, "loading '%s' and '%s'", certificate_path, key_path);
    }
    *out_pair = (struct certificate_pair){
        .certificate_pem = take_pointer(&pair.certificate_pem),
        .key_pem = take_pointer(&pair.key_pem),
    };
    return true;
}

bool certificate_pair_load(const char *directory, struct certificate_pair *out_pair,
                           struct error *error)
{
    auto_free char *certificate_path = text_format("%s/tls.crt", directory);
    auto_free char *key_path = text_format("%s/tls.key", directory);

    return certificate_pair_load_files(certificate_path, key_path, out_pair, error);
}

bool certificate_read_not_after(const char *certificate_pem, int64_t *out_seconds,
                                struct error *error)
{
    auto_x509_stack STACK_OF(X509) *chain = NULL;
    struct tm broken_down = {0};

    if (!pem_parse_certificates(certificate_pem, &chain, error)) {
        return false;
    }
    if (ASN1_TIME_to_tm(X509_get0_notAfter(sk_X509_value(chain, 0)), &broken_down) != 1) {
        return pem_fail(error, "reading a certificate's end");
    }
    *out_seconds = timegm(&broken_down);
    return true;
}

static bool parse_pair(const struct certificate_pair *pair, STACK_OF(X509) * *out_chain,
                       struct error *error)
{
    auto_x509_stack STACK_OF(X509) *chain = NULL;
    auto_key EVP_PKEY *key = NULL;

    if (pair->certificate_pem == NULL || pair->key_pem == NULL) {
        return error_set(error, ERROR_INVALID, "certificate or private key is missing");
    }
    if (!pem_parse_certificates(pair->certificate_pem, &chain, error) ||
        !pem_parse_key(pair->key_pem, &key, error)) {
        return false;
    }
    if (X509_check_private_key(sk_X509_value(chain, 0), key) != 1) {
        return pem_fail(error, "checking certificate and private key");
    }
    *out_chain = take_pointer(&chain);
    return true;
}

bool certificate_pair_check_key(const struct certificate_pair *pair, struct error *error)
{
    auto_x509_stack STACK_OF(X509) *chain = NULL;

    return parse_pair(pair, &chain, error);
}

static void free_store(X509_STORE **owner)
{
    X509_STORE_free(*owner);
}

static void free_verification(X509_STORE_CTX **owner)
{
    X509_STORE_CTX_free(*owner);
}

/* The authority is trusted as it is, whoever signed it. */
static bool fill_store(X509_STORE *store, STACK_OF(X509) * authorities)
{
    for (int i = 0; i < sk_X509_num(authorities); i++) {
        if (X509_STORE_add_cert(store, sk_X509_value(authorities, i)) != 1) {
            return false;
        }
    }
    return X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1;
}

static bool check_signer(STACK_OF(X509) * chain, STACK_OF(X509) * authorities, int64_t now_seconds,
                         struct error *error)
{
    __attribute__((cleanup(free_store))) X509_STORE *store = X509_STORE_new();
    __attribute__((cleanup(free_verification))) X509_STORE_CTX *verification = X509_STORE_CTX_new();

    if (store == NULL || verification == NULL || !fill_store(store, authorities) ||
        X509_STORE_CTX_init(verification, store, sk_X509_value(chain, 0), chain) != 1 ||
        X509_STORE_CTX_set_purpose(verification, X509_PURPOSE_SSL_SERVER) != 1) {
        return pem_fail(error, "checking a certificate");
    }
    X509_STORE_CTX_set_time(verification, 0, (time_t)now_seconds);
    if (X509_verify_cert(verification) != 1) {
        int reason = X509_STORE_CTX_get_error(verification);
        pem_fail(error, "checking a certificate");
        return error_set(error, ERROR_INVALID, "checking a certificate: %s",
                         X509_verify_cert_error_string(reason));
    }
    return true;
}

static bool covers_name(X509 *certificate, const char *name)
{
    struct in6_addr address;

    if (inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1) {
        return X509_check_ip_asc(certificate, name, 0) == 1;
    }
    return X509_check_host(certificate, name, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;
}

bool certificate_pair_check(const struct certificate_pair *pair,
                            const struct certificate_requirements *requirements,
                            struct error *error)
{
    auto_x509_stack STACK_OF(X509) *chain = NULL;
    auto_x509_stack STACK_OF(X509) *authorities = NULL;

    if (!parse_pair(pair, &chain, error)) {
        return false;
    }
    if (!pem_parse_certificates(requirements->authority_pem, &authorities, error)) {
        return error_wrap(error, "reading the authority");
    }
    for (size_t i = 0; i < requirements->name_count; i++) {
        if (!covers_name(sk_X509_value(chain, 0), requirements->names[i])) {
            return error_set(error, ERROR_INVALID, "certificate does not cover '%s'",
                             requirements->names[i]);
        }
    }
    return check_signer(chain, authorities, requirements->now_seconds, error);
}
