/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/authority.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "certs/pem.h"

enum {
    SERIAL_BITS = 127, /* positive in 16 bytes */
    BACKDATED_SECONDS = 3600,
    DAY_SECONDS = 86400,
    DNS_NAME_LENGTH_MAX = 253,
    DNS_LABEL_LENGTH_MAX = 63,
};

/* Clients look at the alternative names only, and a common name is limited to 64 bytes. */
static const char authority_common_name[] = "gpuaas authority";
static const char serving_common_name[] = "gpuaas";

static void free_names(GENERAL_NAMES **owner)
{
    GENERAL_NAMES_free(*owner);
}

#define auto_general_names __attribute__((cleanup(free_names)))

static bool set_serial(X509 *certificate)
{
    BIGNUM *number = BN_new();
    bool is_set = number != NULL &&
                  BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
                  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;

    BN_free(number);
    return is_set;
}

static bool set_validity(X509 *certificate, int64_t now_seconds, int days)
{
    time_t start = (time_t)(now_seconds - BACKDATED_SECONDS);
    time_t end = (time_t)(now_seconds + (int64_t)days * DAY_SECONDS);

    return ASN1_TIME_set(X509_getm_notBefore(certificate), start) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), end) != NULL;
}

static bool set_subject(X509 *certificate, const char *common_name)
{
    return X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                      MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1,
                                      0) == 1;
}

static X509 *create_certificate(EVP_PKEY *key, const char *common_name, int64_t now_seconds,
                                int days)
{
    auto_x509 X509 *certificate = X509_new();

    if (certificate == NULL || X509_set_version(certificate, X509_VERSION_3) != 1 ||
        !set_serial(certificate) || !set_validity(certificate, now_seconds, days) ||
        !set_subject(certificate, common_name) || X509_set_pubkey(certificate, key) != 1) {
        return NULL;
    }
    return take_pointer(&certificate);
}

static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool is_added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return is_added;
}

static bool sign(X509 *certificate, X509 *issuer, EVP_PKEY *issuer_key)
{
    return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
           add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
           add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always") &&
           X509_sign(certificate, issuer_key, EVP_sha256()) != 0;
}

static bool format_pair(X509 *certificate, EVP_PKEY *key, struct certificate_pair *out_pair,
                        struct error *error)
{
    auto_certificate_pair struct certificate_pair pair = {0};

    if (!pem_format_certificate(certificate, &pair.certificate_pem, error) ||
        !pem_format_key(key, &pair.key_pem, error)) {
        return false;
    }
    *out_pair = (struct certificate_pair){
        .certificate_pem = take_pointer(&pair.certificate_pem),
        .key_pem = take_pointer(&pair.key_pem),
    };
    return true;
}

bool authority_create(int64_t now_seconds, struct certificate_pair *out_authority,
                      struct error *error)
{
    auto_key EVP_PKEY *key = EVP_EC_gen("P-256");
    auto_x509 X509 *certificate = NULL;

    if (key != NULL) {
        certificate =
            create_certificate(key, authority_common_name, now_seconds, AUTHORITY_VALID_DAYS);
    }
    if (certificate == NULL ||
        !add_extension(certificate, certificate, NID_basic_constraints,
                       "critical,CA:TRUE,pathlen:0") ||
        !add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") ||
        !sign(certificate, certificate, key)) {
        return pem_fail(error, "making a certificate authority");
    }
    return format_pair(certificate, key, out_authority, error);
}

static bool is_dns_label(const char *label, size_t length)
{
    if (length == 0 || length > DNS_LABEL_LENGTH_MAX || label[0] == '-' ||
        label[length - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)label[i]) && label[i] != '-') {
            return false;
        }
    }
    return true;
}

static bool is_dns_name(const char *name)
{
    const char *rest = text_starts_with(name, "*.") ? name + 2 : name;

    if (strlen(name) > DNS_NAME_LENGTH_MAX) {
        return false;
    }
    for (;;) {
        size_t length = strcspn(rest, ".");
        if (!is_dns_label(rest, length)) {
            return false;
        }
        if (rest[length] == '\0') {
            return true;
        }
        rest += length + 1;
    }
}

/* Numbers, not texts, so that a name cannot smuggle in another one. */
static bool fill_name(GENERAL_NAME *general_name, const char *name)
{
    unsigned char address[sizeof(struct in6_addr)];
    int address_bytes = inet_pton(AF_INET, name, address) == 1    ? 4
                        : inet_pton(AF_INET6, name, address) == 1 ? 16
                                                                  : 0;
    ASN1_STRING *value = address_bytes != 0 ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
    const void *bytes = address_bytes != 0 ? (const void *)address : name;
    int size_bytes = address_bytes != 0 ? address_bytes : (int)strlen(name);

    if (value == NULL || ASN1_STRING_set(value, bytes, size_bytes) != 1) {
        ASN1_STRING_free(value);
        return false;
    }
    GENERAL_NAME_set0_value(general_name, address_bytes != 0 ? GEN_IPADD : GEN_DNS, value);
    return true;
}

bool authority_check_name(const char *name, struct error *error)
{
    struct in6_addr ignored;
    bool is_address =
        inet_pton(AF_INET, name, &ignored) == 1 || inet_pton(AF_INET6, name, &ignored) == 1;

    if (!is_address && !is_dns_name(name)) {
        return error_set(error, ERROR_INVALID, "'%s' is neither a DNS name nor an IP address",
                         name);
    }
    return true;
}

static bool append_name(GENERAL_NAMES *names, const char *name, struct error *error)
{
    if (!authority_check_name(name, error)) {
        return false;
    }
    GENERAL_NAME *general_name = GENERAL_NAME_new();
    if (general_name == NULL || !fill_name(general_name, name) ||
        sk_GENERAL_NAME_push(names, general_name) == 0) {
        GENERAL_NAME_free(general_name);
        return pem_fail(error, "adding a name to a certificate");
    }
    return true;
}

static bool add_names(X509 *certificate, const char *const *names, size_t name_count,
                      struct error *error)
{
    auto_general_names GENERAL_NAMES *general_names = sk_GENERAL_NAME_new_null();

    if (name_count == 0) {
        return error_set(error, ERROR_INVALID, "a serving certificate needs at least one name");
    }
    for (size_t i = 0; i < name_count; i++) {
        if (!append_name(general_names, names[i], error)) {
            return false;
        }
    }
    if (X509_add1_ext_i2d(certificate, NID_subject_alt_name, general_names, 0,
                          X509V3_ADD_DEFAULT) != 1) {
        return pem_fail(error, "adding names to a certificate");
    }
    return true;
}

static bool add_serving_usage(X509 *certificate, X509 *issuer)
{
    return add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
           add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth");
}

static bool read_authority(const struct certificate_pair *authority, X509 **out_issuer,
                           EVP_PKEY **out_key, struct error *error)
{
    auto_x509_stack STACK_OF(X509) *chain = NULL;
    auto_key EVP_PKEY *key = NULL;

    if (!pem_parse_certificates(authority->certificate_pem, &chain, error) ||
        !pem_parse_key(authority->key_pem, &key, error)) {
        return error_wrap(error, "reading the authority");
    }
    if (X509_check_private_key(sk_X509_value(chain, 0), key) != 1) {
        return pem_fail(error, "checking the authority's private key");
    }
    *out_issuer = sk_X509_shift(chain);
    *out_key = take_pointer(&key);
    return true;
}

/* A certificate that outlives its signer helps nobody, and hides when that ends. */
static bool limit_validity(X509 *certificate, X509 *issuer)
{
    const ASN1_TIME *issuer_end = X509_get0_notAfter(issuer);

    return ASN1_TIME_compare(X509_get0_notAfter(certificate), issuer_end) <= 0 ||
           X509_set1_notAfter(certificate, issuer_end) == 1;
}

static X509 *create_serving(EVP_PKEY *key, X509 *issuer, const struct authority_request *request)
{
    auto_x509 X509 *certificate = NULL;

    if (key != NULL) {
        certificate =
            create_certificate(key, serving_common_name, request->now_seconds, request->valid_days);
    }
    if (certificate == NULL || !limit_validity(certificate, issuer)) {
        return NULL;
    }
    return take_pointer(&certificate);
}

bool authority_issue_for(const struct certificate_pair *authority,
                         const struct authority_request *request,
                         struct certificate_pair *out_serving, struct error *error)
{
    auto_x509 X509 *issuer = NULL;
    auto_key EVP_PKEY *issuer_key = NULL;
    auto_key EVP_PKEY *key = EVP_EC_gen("P-256");
    auto_x509 X509 *certificate = NULL;

    if (!read_authority(authority, &issuer, &issuer_key, error)) {
        return false;
    }
    certificate = create_serving(key, issuer, request);
    if (certificate == NULL) {
        return pem_fail(error, "making a serving certificate");
    }
    if (!add_names(certificate, request->names, request->name_count, error)) {
        return false;
    }
    if (!add_serving_usage(certificate, issuer) || !sign(certificate, issuer, issuer_key)) {
        return pem_fail(error, "signing a serving certificate");
    }
    return format_pair(certificate, key, out_serving, error);
}

bool authority_issue(const struct certificate_pair *authority, const char *const *names,
                     size_t name_count, int64_t now_seconds, struct certificate_pair *out_serving,
                     struct error *error)
{
    const struct authority_request request = {
        .names = names,
        .name_count = name_count,
        .now_seconds = now_seconds,
        .valid_days = AUTHORITY_SERVING_VALID_DAYS,
    };

    return authority_issue_for(authority, &request, out_serving, error);
}
