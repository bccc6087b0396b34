/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"
#include "webhook/kube/kube_config.h"

/* A kubeconfig with these fields in its cluster and its user. */
static json_t *make_document(const char *cluster, const char *user)
{
    auto_free char *text = text_format(
        "{\"current-context\":\"c\",\"contexts\":[{\"name\":\"other\",\"context\":{}},"
        "{\"name\":\"c\",\"context\":{\"cluster\":\"k\",\"user\":\"u\",\"namespace\":\"n\"}}],"
        "\"clusters\":[{\"name\":\"k\",\"cluster\":{%s}}],"
        "\"users\":[{\"name\":\"u\",\"user\":{%s}}]}",
        cluster, user);
    json_t *document = json_loads(text, 0, NULL);

    cr_assert_not_null(document, "%s", text);
    return document;
}

#define SERVER "\"server\":\"https://10.0.0.1:443\""

Test(kube_config, decodes_inline_data)
{
    json_auto_t *document =
        make_document("\"server\":\"https://10.0.0.1:443/\","
                      "\"certificate-authority-data\":\"YXV0aG9yaXR5\"",
                      "\"client-certificate-data\":\"Y2VydA==\",\"client-key-data\":\"a2V5\","
                      "\"token\":\"secret\"");
    auto_kube_config struct kube_config *config = NULL;
    struct error error = {0};

    cr_assert(kube_config_decode(document, "/nowhere", &config, &error), "%s", error.message);
    cr_assert_str_eq(config->server, "https://10.0.0.1:443");
    cr_assert_str_eq(config->authority_pem, "authority");
    cr_assert_str_eq(config->client_certificate_pem, "cert");
    cr_assert_str_eq(config->client_key_pem, "key");
    cr_assert_str_eq(config->token, "secret");
    cr_assert_null(config->token_path);
    cr_assert_str_eq(config->namespace_name, "n");
}

Test(kube_config, reads_files_below_its_folder)
{
    char folder[] = "kube-config-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    auto_free char *path = text_format("%s/ca.crt", folder);
    cr_assert(file_replace(path, "pem", 3, 0600, NULL));
    json_auto_t *document =
        make_document(SERVER ",\"certificate-authority\":\"ca.crt\"", "\"tokenFile\":\"token\"");
    auto_kube_config struct kube_config *config = NULL;
    struct error error = {0};

    bool is_decoded = kube_config_decode(document, folder, &config, &error);
    unlink(path);
    rmdir(folder);
    cr_assert(is_decoded, "%s", error.message);
    cr_assert_str_eq(config->authority_pem, "pem");
    auto_free char *token_path = text_format("%s/token", folder);
    cr_assert_str_eq(config->token_path, token_path);
}

Test(kube_config, says_what_it_does_not_support)
{
    static const struct {
        const char *cluster;
        const char *user;
        const char *words;
    } cases[] = {
        {"\"server\":\"http://10.0.0.1\"", "", "https://"},
        {"", "", "'server'"},
        {SERVER ",\"insecure-skip-tls-verify\":true", "", "'insecure-skip-tls-verify'"},
        {SERVER ",\"proxy-url\":\"http://proxy\"", "", "'proxy-url'"},
        {SERVER ",\"tls-server-name\":\"other\"", "", "'tls-server-name'"},
        {SERVER, "\"exec\":{\"command\":\"x\"}", "'exec'"},
        {SERVER, "\"auth-provider\":{\"name\":\"x\"}", "'auth-provider'"},
        {SERVER, "\"username\":\"x\",\"password\":\"y\"", "'username'"},
        {SERVER, "\"as\":\"x\"", "'as'"},
        {SERVER, "\"client-certificate-data\":\"Y2VydA==\"", "together"},
        {SERVER, "\"client-key-data\":\"a2V5\"", "together"},
        {SERVER ",\"certificate-authority-data\":\"?\"", "", "base64"},
        {SERVER ",\"certificate-authority-data\":\"\"", "", "empty"},
        {SERVER ",\"certificate-authority\":\"absent.crt\"", "", "absent.crt"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        json_auto_t *document = make_document(cases[i].cluster, cases[i].user);
        struct kube_config *config = NULL;
        struct error error = {0};
        cr_assert_not(kube_config_decode(document, "/nowhere", &config, &error));
        cr_assert_null(config);
        cr_assert_not_null(strstr(error.message, cases[i].words), "%s", error.message);
    }
}

Test(kube_config, accepts_what_is_said_to_be_off)
{
    json_auto_t *document = make_document(SERVER ",\"insecure-skip-tls-verify\":false", "");
    auto_kube_config struct kube_config *config = NULL;

    cr_assert(kube_config_decode(document, "/nowhere", &config, NULL));
}

Test(kube_config, needs_a_context_whose_parts_are_there)
{
    static const char *const documents[] = {
        "{}",
        "[]",
        "{\"current-context\":\"c\"}",
        "{\"current-context\":\"c\",\"contexts\":[{\"name\":\"c\",\"context\":{}}]}",
        ("{\"current-context\":\"c\",\"contexts\":[{\"name\":\"c\",\"context\":"
         "{\"cluster\":\"k\",\"user\":\"u\"}}]}"),
    };

    for (size_t i = 0; i < ARRAY_LENGTH(documents); i++) {
        json_auto_t *document = json_loads(documents[i], 0, NULL);
        struct kube_config *config = NULL;
        cr_assert_not(kube_config_decode(document, "/nowhere", &config, NULL), "%s", documents[i]);
    }
}

Test(kube_config, is_told_when_not_in_a_cluster)
{
    struct kube_config *config = NULL;
    struct error error = {0};

    unsetenv("KUBERNETES_SERVICE_HOST");
    cr_assert_not(kube_config_load_in_cluster(&config, &error));
    cr_assert_not_null(strstr(error.message, "KUBERNETES_SERVICE_HOST"));
}
