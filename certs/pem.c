/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/pem.h"

#include <limits.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/text.h"

static void free_bio(BIO **owner)
{
    BIO_free(*owner);
}

#define auto_bio __attribute__((cleanup(free_bio)))

bool pem_fail(struct error *error, const char *action)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());

    error_set(error, ERROR_INVALID, "%s: %s", action, reason != NULL ? reason : "openssl failed");
    ERR_clear_error();
    return false;
}

static BIO *open_text(const char *text)
{
    size_t size_bytes = strlen(text);

    return size_bytes <= INT_MAX ? BIO_new_mem_buf(text, (int)size_bytes) : NULL;
}

bool pem_parse_certificates(const char *pem, STACK_OF(X509) * *out_certificates,
                            struct error *error)
{
    auto_bio BIO *input = open_text(pem);
    auto_x509_stack STACK_OF(X509) *certificates = sk_X509_new_null();
    X509 *certificate;

    if (input == NULL || certificates == NULL) {
        return pem_fail(error, "reading a certificate");
    }
    while ((certificate = PEM_read_bio_X509(input, NULL, NULL, NULL)) != NULL) {
        if (sk_X509_push(certificates, certificate) == 0) {
            X509_free(certificate);
            return pem_fail(error, "reading a certificate");
        }
    }
    bool is_at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (!is_at_end) {
        return pem_fail(error, "reading a certificate");
    }
    ERR_clear_error();
    if (sk_X509_num(certificates) == 0) {
        return error_set(error, ERROR_INVALID, "reading a certificate: none in the text");
    }
    *out_certificates = take_pointer(&certificates);
    return true;
}

/* Without this OpenSSL would ask the terminal. */
static int refuse_password(char *buffer, int size_bytes, int is_for_writing, void *context)
{
    (void)buffer;
    (void)size_bytes;
    (void)is_for_writing;
    (void)context;
    return -1;
}

bool pem_parse_key(const char *pem, EVP_PKEY **out_key, struct error *error)
{
    auto_bio BIO *input = open_text(pem);
    EVP_PKEY *key = NULL;

    if (input != NULL) {
        key = PEM_read_bio_PrivateKey(input, NULL, refuse_password, NULL);
    }
    if (key == NULL) {
        return pem_fail(error, "reading a private key");
    }
    *out_key = key;
    return true;
}

static char *copy_written(BIO *output)
{
    struct text text = {0};
    char *bytes = NULL;
    long size_bytes = BIO_get_mem_data(output, &bytes);

    text_append_bytes(&text, bytes, size_bytes > 0 ? (size_t)size_bytes : 0);
    return text_take(&text);
}

bool pem_format_certificate(X509 *certificate, char **out_pem, struct error *error)
{
    auto_bio BIO *output = BIO_new(BIO_s_mem());

    if (output == NULL || PEM_write_bio_X509(output, certificate) != 1) {
        return pem_fail(error, "writing a certificate");
    }
    *out_pem = copy_written(output);
    return true;
}

bool pem_format_key(EVP_PKEY *key, char **out_pem, struct error *error)
{
    auto_bio BIO *output = BIO_new(BIO_s_secmem());

    if (output == NULL ||
        PEM_write_bio_PKCS8PrivateKey(output, key, NULL, NULL, 0, NULL, NULL) != 1) {
        return pem_fail(error, "writing a private key");
    }
    *out_pem = copy_written(output);
    return true;
}
