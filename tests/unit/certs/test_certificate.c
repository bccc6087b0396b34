/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"
#include "certs/authority.h"

enum { NOW_SECONDS = 1764038211, DAY_SECONDS = 86400 };

static const char *const names[] = {"webhook.svc", "10.0.0.1"};
static char folder[] = "test-certificate-XXXXXX";

static void enter_folder(void)
{
    cr_assert_eq(chdir(P_tmpdir), 0);
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void leave_folder(void)
{
    unlink("tls.crt");
    unlink("tls.key");
    cr_assert_eq(chdir(".."), 0);
    cr_assert_eq(rmdir(folder), 0);
}

TestSuite(certificate, .init = enter_folder, .fini = leave_folder);

static void issue(struct certificate_pair *out_authority, struct certificate_pair *out_serving)
{
    cr_assert(authority_create(NOW_SECONDS, out_authority, NULL));
    cr_assert(
        authority_issue(out_authority, names, ARRAY_LENGTH(names), NOW_SECONDS, out_serving, NULL));
}

static void save(const char *path, const char *text)
{
    cr_assert(file_replace(path, text, strlen(text), 0600, NULL));
}

Test(certificate, loads_what_was_saved)
{
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair serving = {0};
    auto_certificate_pair struct certificate_pair loaded = {0};
    struct error error = {0};

    issue(&authority, &serving);
    save("tls.crt", serving.certificate_pem);
    save("tls.key", serving.key_pem);
    cr_assert(certificate_pair_load(".", &loaded, &error), "%s", error.message);
    cr_assert(certificate_pair_equal(&serving, &loaded));
}

Test(certificate, names_the_file_that_is_wrong)
{
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair serving = {0};
    issue(&authority, &serving);
    const struct {
        const char *certificate;
        const char *key;
        const char *message;
    } cases[] = {
        {NULL, NULL, "opening './tls.crt': "},
        {serving.certificate_pem, NULL, "opening './tls.key': "},
        {"nonsense", serving.key_pem, "loading './tls.crt': reading a certificate: "},
        {"", serving.key_pem, "loading './tls.crt': reading a certificate: "},
        {serving.key_pem, serving.key_pem, "loading './tls.crt': reading a certificate: "},
        {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", serving.key_pem,
         "loading './tls.crt': reading a certificate: "},
        {"-----BEGIN CERTIFICATE-----\n!!!!\n", serving.key_pem,
         "loading './tls.crt': reading a certificate: "},
        {serving.certificate_pem, serving.certificate_pem,
         "loading './tls.key': reading a private key"},
        {serving.certificate_pem, "", "loading './tls.key': reading a private key"},
        {serving.certificate_pem, authority.key_pem,
         "loading './tls.crt' and './tls.key': checking certificate and private key: "},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct certificate_pair loaded = {0};
        struct error error = {0};
        unlink("tls.crt");
        unlink("tls.key");
        if (cases[i].certificate != NULL) {
            save("tls.crt", cases[i].certificate);
        }
        if (cases[i].key != NULL) {
            save("tls.key", cases[i].key);
        }
        cr_expect_not(certificate_pair_load(".", &loaded, &error), "case %zu", i);
        cr_expect(text_starts_with(error.message, cases[i].message), "case %zu: %s", i,
                  error.message);
        cr_expect_null(loaded.certificate_pem);
        cr_expect_null(strstr(error.message, "BEGIN"));
    }
}

Test(certificate, asks_nobody_for_a_password)
{
    static const char encrypted[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                                    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg=\n"
                                    "-----END ENCRYPTED PRIVATE KEY-----\n";
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair serving = {0};
    issue(&authority, &serving);
    const struct certificate_pair pair = {serving.certificate_pem, (char *)encrypted};

    cr_assert_not(certificate_pair_check_key(&pair, NULL));
}

Test(certificate, keeps_a_chain_behind_the_leaf)
{
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair serving = {0};
    issue(&authority, &serving);
    auto_free char *chain =
        text_format("%s\n%s", serving.certificate_pem, authority.certificate_pem);
    const struct certificate_pair pair = {chain, serving.key_pem};
    int64_t end_seconds = 0;

    cr_assert(certificate_pair_check_key(&pair, NULL));
    cr_assert(certificate_read_not_after(chain, &end_seconds, NULL));
    cr_assert_eq(end_seconds, NOW_SECONDS + (int64_t)AUTHORITY_SERVING_VALID_DAYS * DAY_SECONDS);
}

Test(certificate, tells_what_a_client_would_not_accept)
{
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair stranger = {0};
    auto_certificate_pair struct certificate_pair serving = {0};
    issue(&authority, &serving);
    cr_assert(authority_create(NOW_SECONDS, &stranger, NULL));
    const int64_t end_seconds = NOW_SECONDS + (int64_t)AUTHORITY_SERVING_VALID_DAYS * DAY_SECONDS;
    auto_free char *both = text_format("%s%s", stranger.certificate_pem, authority.certificate_pem);
    const struct {
        const struct certificate_pair *pair;
        const char *authority_pem;
        const char *name;
        int64_t now_seconds;
        const char *message; /* NULL: accepted */
    } cases[] = {
        {&serving, authority.certificate_pem, "webhook.svc", NOW_SECONDS, NULL},
        {&serving, both, "10.0.0.1", NOW_SECONDS, NULL},
        {&serving, authority.certificate_pem, "webhook", NOW_SECONDS,
         "certificate does not cover 'webhook'"},
        {&serving, authority.certificate_pem, "10.0.0.2", NOW_SECONDS,
         "certificate does not cover '10.0.0.2'"},
        {&serving, stranger.certificate_pem, "webhook.svc", NOW_SECONDS,
         "checking a certificate: unable to get local issuer certificate"},
        {&serving, authority.certificate_pem, "webhook.svc", end_seconds + 1,
         "checking a certificate: certificate has expired"},
        {&serving, authority.certificate_pem, "webhook.svc", NOW_SECONDS - DAY_SECONDS,
         "checking a certificate: certificate is not yet valid"},
        {&serving, "nonsense", "webhook.svc", NOW_SECONDS,
         "reading the authority: reading a certificate: none in the text"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const struct certificate_requirements requirements = {
            cases[i].authority_pem, &cases[i].name, 1, cases[i].now_seconds};
        struct error error = {0};
        bool is_accepted = certificate_pair_check(cases[i].pair, &requirements, &error);
        cr_expect_eq(is_accepted, cases[i].message == NULL, "case %zu: %s", i, error.message);
        cr_expect_str_eq(error.message, cases[i].message != NULL ? cases[i].message : "");
    }
}

Test(certificate, does_not_take_an_authority_for_a_server)
{
    auto_certificate_pair struct certificate_pair authority = {0};
    const struct certificate_pair missing = {0};

    cr_assert(authority_create(NOW_SECONDS, &authority, NULL));
    const struct certificate_requirements requirements = {.authority_pem =
                                                              authority.certificate_pem,
                                                          .names = names,
                                                          .name_count = 1,
                                                          .now_seconds = NOW_SECONDS};
    cr_assert_not(certificate_pair_check(&authority, &requirements, NULL));
    cr_assert_not(certificate_pair_check(&missing, &requirements, NULL));
}
