/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "base/array.h"
#include "base/text.h"
#include "certs/authority.h"
#include "certs/pem.h"

enum { NOW_SECONDS = 1764038211, DAY_SECONDS = 86400, HOUR_SECONDS = 3600 };

static const char *const names[] = {"gpuaas-webhook", "gpuaas-webhook.gpuaas-system.svc",
                                    "*.example.com", "127.0.0.1", "::1"};

static X509 *parse_one(const char *pem)
{
    auto_x509_stack STACK_OF(X509) *chain = NULL;

    cr_assert(pem_parse_certificates(pem, &chain, NULL));
    cr_assert_eq(sk_X509_num(chain), 1);
    return sk_X509_shift(chain);
}

static void issue(struct certificate_pair *out_authority, struct certificate_pair *out_serving)
{
    struct error error = {0};

    cr_assert(authority_create(NOW_SECONDS, out_authority, &error), "%s", error.message);
    cr_assert(authority_issue(out_authority, names, ARRAY_LENGTH(names), NOW_SECONDS, out_serving,
                              &error),
              "%s", error.message);
}

Test(authority, issues_what_a_client_accepts_for_every_name)
{
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair serving = {0};
    const char *const asked[] = {"gpuaas-webhook", "gpuaas-webhook.gpuaas-system.svc",
                                 "a.example.com", "127.0.0.1", "::1"};
    struct error error = {0};

    issue(&authority, &serving);
    const struct certificate_requirements requirements = {
        .authority_pem = authority.certificate_pem,
        .names = asked,
        .name_count = ARRAY_LENGTH(asked),
        .now_seconds = NOW_SECONDS,
    };
    cr_assert(certificate_pair_check(&serving, &requirements, &error), "%s", error.message);
}

Test(authority, makes_keys_on_p256_and_signs_nothing_but_servers)
{
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair serving = {0};

    issue(&authority, &serving);
    auto_x509 X509 *signer = parse_one(authority.certificate_pem);
    auto_x509 X509 *leaf = parse_one(serving.certificate_pem);
    cr_assert_eq(EVP_PKEY_get_bits(X509_get0_pubkey(leaf)), 256);
    cr_assert_eq(X509_get_key_usage(signer), KU_KEY_CERT_SIGN | KU_CRL_SIGN);
    cr_assert_eq(X509_get_key_usage(leaf), KU_DIGITAL_SIGNATURE);
    cr_assert_eq(X509_get_extended_key_usage(leaf), XKU_SSL_SERVER);
    cr_assert_eq(X509_check_ca(signer), 1);
    cr_assert_eq(X509_check_ca(leaf), 0);
    cr_assert_eq(X509_get_pathlen(signer), 0);
}

Test(authority, gives_every_certificate_its_own_serial_number_and_key)
{
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair first = {0};
    auto_certificate_pair struct certificate_pair second = {0};

    issue(&authority, &first);
    cr_assert(authority_issue(&authority, names, 1, NOW_SECONDS, &second, NULL));
    auto_x509 X509 *left = parse_one(first.certificate_pem);
    auto_x509 X509 *right = parse_one(second.certificate_pem);
    cr_assert_neq(ASN1_INTEGER_cmp(X509_get0_serialNumber(left), X509_get0_serialNumber(right)), 0);
    cr_assert_not(certificate_pair_equal(&first, &second));
    cr_assert(certificate_pair_equal(&first, &first));
}

static int64_t read_end(const struct certificate_pair *pair)
{
    int64_t end_seconds = 0;

    cr_assert(certificate_read_not_after(pair->certificate_pem, &end_seconds, NULL));
    return end_seconds;
}

Test(authority, starts_an_hour_early_and_lasts_as_long_as_was_asked)
{
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair serving = {0};
    auto_certificate_pair struct certificate_pair week = {0};
    const struct authority_request request = {names, 1, NOW_SECONDS, 7};
    time_t start = NOW_SECONDS - HOUR_SECONDS;

    issue(&authority, &serving);
    cr_assert(authority_issue_for(&authority, &request, &week, NULL));
    auto_x509 X509 *leaf = parse_one(serving.certificate_pem);
    cr_assert_eq(ASN1_TIME_cmp_time_t(X509_get0_notBefore(leaf), start), 0);
    cr_assert_eq(read_end(&authority), NOW_SECONDS + (int64_t)AUTHORITY_VALID_DAYS * DAY_SECONDS);
    cr_assert_eq(read_end(&serving),
                 NOW_SECONDS + (int64_t)AUTHORITY_SERVING_VALID_DAYS * DAY_SECONDS);
    cr_assert_eq(read_end(&week), NOW_SECONDS + 7 * DAY_SECONDS);
}

Test(authority, never_issues_beyond_its_own_end)
{
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair serving = {0};
    const struct authority_request request = {names, 1, NOW_SECONDS, AUTHORITY_VALID_DAYS + 1};

    cr_assert(authority_create(NOW_SECONDS, &authority, NULL));
    cr_assert(authority_issue_for(&authority, &request, &serving, NULL));
    cr_assert_eq(read_end(&serving), read_end(&authority));
}

Test(authority, refuses_names_that_are_none)
{
    static const char *const bad[] = {
        "",    "a..b",       ".a",    "a.",        "-a",    "a-.b",       "a b",
        "a_b", "*",          "a.*.b", "*.",        "**.a",  "a,b",        "DNS:a",
        "a/b", "1.2.3.4/24", "[::1]", "https://a", "a:443", "\xc3\xa4.b",
    };
    char long_label[70];
    struct error error = {0};

    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        cr_expect_not(authority_check_name(bad[i], &error), "'%s'", bad[i]);
        cr_expect_eq(error.code, ERROR_INVALID);
    }
    memset(long_label, 'a', sizeof long_label);
    long_label[64] = '\0';
    cr_expect_not(authority_check_name(long_label, NULL));
    long_label[63] = '\0';
    cr_expect(authority_check_name(long_label, NULL));
}

Test(authority, issues_for_no_bad_name_and_for_no_empty_list)
{
    auto_certificate_pair struct certificate_pair authority = {0};
    struct certificate_pair serving = {0};
    const char *const bad[] = {"good", "not good"};
    struct error error = {0};

    cr_assert(authority_create(NOW_SECONDS, &authority, NULL));
    cr_assert_not(authority_issue(&authority, bad, 2, NOW_SECONDS, &serving, &error));
    cr_assert_str_eq(error.message, "'not good' is neither a DNS name nor an IP address");
    cr_assert_not(authority_issue(&authority, bad, 0, NOW_SECONDS, &serving, &error));
    cr_assert_null(serving.certificate_pem);
}

Test(authority, refuses_to_sign_with_the_key_of_another)
{
    auto_certificate_pair struct certificate_pair left = {0};
    auto_certificate_pair struct certificate_pair right = {0};
    struct certificate_pair serving = {0};
    struct error error = {0};

    cr_assert(authority_create(NOW_SECONDS, &left, NULL));
    cr_assert(authority_create(NOW_SECONDS, &right, NULL));
    const struct certificate_pair mixed = {left.certificate_pem, right.key_pem};
    cr_assert_not(authority_issue(&mixed, names, 1, NOW_SECONDS, &serving, &error));
    cr_assert(text_starts_with(error.message, "checking the authority's private key"));
}
