/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_config.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "webhook/kube/kube_base64.h"

enum { FILE_BYTES_MAX = 1024 * 1024 };

#define SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount/"

void kube_config_destroy(struct kube_config *config)
{
    if (config == NULL) {
        return;
    }
    free(config->server);
    free(config->authority_pem);
    free(config->client_certificate_pem);
    free(config->client_key_pem);
    free(config->token);
    free(config->token_path);
    free(config->namespace_name);
    free(config);
}

static const char *get_text(const json_t *object, const char *field)
{
    return json_string_value(json_object_get(object, field));
}

/* The entry of a named list: clusters, users or contexts. */
static const json_t *find_named(const json_t *document, const char *list, const char *name,
                                const char *field)
{
    size_t index;
    const json_t *entry;

    json_array_foreach(json_object_get(document, list), index, entry) {
        if (text_equal(get_text(entry, "name"), name)) {
            return json_object_get(entry, field);
        }
    }
    return NULL;
}

static bool decode_base64(const char *text, const char *field, char **out_text, struct error *error)
{
    char *decoded = kube_base64_decode(text);

    if (decoded == NULL) {
        return error_set(error, ERROR_INVALID, "'%s' is not base64, or is empty or too long",
                         field);
    }
    *out_text = decoded;
    return true;
}

static char *resolve_path(const char *folder, const char *path)
{
    return path[0] == '/' ? memory_copy_text(path) : text_format("%s/%s", folder, path);
}

/* `field`-data holds it in base64, `field` names a file; neither leaves NULL. */
static bool load_pem(const json_t *object, const char *field, const char *folder, char **out_pem,
                     struct error *error)
{
    auto_free char *data_field = text_format("%s-data", field);
    const char *data = get_text(object, data_field);
    const char *path = get_text(object, field);
    size_t size_bytes;

    if (data != NULL) {
        return decode_base64(data, data_field, out_pem, error);
    }
    if (path == NULL) {
        return true;
    }
    auto_free char *resolved = resolve_path(folder, path);
    return file_read(resolved, FILE_BYTES_MAX, out_pem, &size_bytes, error);
}

/* Refuses what would change how we connect, or as whom, if we did not know it. */
static bool refuse_unsupported(const json_t *object, const char *const *fields, const char *advice,
                               struct error *error)
{
    for (; *fields != NULL; fields++) {
        const json_t *value = json_object_get(object, *fields);
        if (value != NULL && !json_is_null(value) && !json_is_false(value)) {
            return error_set(error, ERROR_INVALID, "'%s' is not supported: %s", *fields, advice);
        }
    }
    return true;
}

static bool decode_cluster(const json_t *cluster, const char *folder, struct kube_config *config,
                           struct error *error)
{
    static const char *const unsupported[] = {"insecure-skip-tls-verify", "proxy-url",
                                              "tls-server-name", NULL};
    const char *server = get_text(cluster, "server");

    if (server == NULL || !text_starts_with(server, "https://")) {
        return error_set(error, ERROR_INVALID, "the cluster's 'server' must begin with https://");
    }
    if (!refuse_unsupported(cluster, unsupported, "give certificate-authority-data", error)) {
        return false;
    }
    config->server = memory_copy_text(server);
    size_t size_bytes = strlen(server);
    if (server[size_bytes - 1] == '/') {
        config->server[size_bytes - 1] = '\0';
    }
    return load_pem(cluster, "certificate-authority", folder, &config->authority_pem, error);
}

static bool decode_user(const json_t *user, const char *folder, struct kube_config *config,
                        struct error *error)
{
    static const char *const unsupported[] = {"exec", "auth-provider", "username", "password", "as",
                                              NULL};
    const char *token_path = get_text(user, "tokenFile");

    if (!refuse_unsupported(user, unsupported, "use a token or a client certificate", error)) {
        return false;
    }
    config->token = memory_copy_text(get_text(user, "token"));
    config->token_path = token_path != NULL ? resolve_path(folder, token_path) : NULL;
    if (!load_pem(user, "client-certificate", folder, &config->client_certificate_pem, error) ||
        !load_pem(user, "client-key", folder, &config->client_key_pem, error)) {
        return false;
    }
    if ((config->client_certificate_pem != NULL) != (config->client_key_pem != NULL)) {
        return error_set(error, ERROR_INVALID,
                         "client-certificate and client-key must be given together");
    }
    return true;
}

bool kube_config_decode(const json_t *document, const char *folder, struct kube_config **out_config,
                        struct error *error)
{
    const char *current = get_text(document, "current-context");
    const json_t *context =
        current != NULL ? find_named(document, "contexts", current, "context") : NULL;

    if (context == NULL) {
        return error_set(error, ERROR_INVALID, "no context '%s': set current-context",
                         current != NULL ? current : "");
    }
    const char *cluster_name = get_text(context, "cluster");
    const char *user_name = get_text(context, "user");
    const json_t *cluster = find_named(document, "clusters", cluster_name, "cluster");
    const json_t *user = find_named(document, "users", user_name, "user");
    if (cluster == NULL || user == NULL) {
        return error_set(error, ERROR_INVALID, "context '%s' names a %s that is not there", current,
                         cluster == NULL ? "cluster" : "user");
    }
    auto_kube_config struct kube_config *config = memory_allocate(sizeof *config);
    config->namespace_name = memory_copy_text(get_text(context, "namespace"));
    if (!decode_cluster(cluster, folder, config, error) ||
        !decode_user(user, folder, config, error)) {
        return false;
    }
    *out_config = take_pointer(&config);
    return true;
}

bool kube_config_load_in_cluster(struct kube_config **out_config, struct error *error)
{
    const char *host = getenv("KUBERNETES_SERVICE_HOST");
    const char *port = getenv("KUBERNETES_SERVICE_PORT");
    auto_kube_config struct kube_config *config = memory_allocate(sizeof *config);
    size_t size_bytes;

    if (host == NULL || port == NULL) {
        return error_set(error, ERROR_INVALID,
                         "not in a cluster (no KUBERNETES_SERVICE_HOST): give --kubeconfig");
    }
    config->server = strchr(host, ':') != NULL ? text_format("https://[%s]:%s", host, port)
                                               : text_format("https://%s:%s", host, port);
    config->token_path = memory_copy_text(SERVICE_ACCOUNT "token");
    if (!file_read(SERVICE_ACCOUNT "ca.crt", FILE_BYTES_MAX, &config->authority_pem, &size_bytes,
                   error) ||
        !file_read(SERVICE_ACCOUNT "namespace", FILE_BYTES_MAX, &config->namespace_name,
                   &size_bytes, error)) {
        return false;
    }
    *out_config = take_pointer(&config);
    return true;
}
