/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/serving_certificate.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "certs/authority.h"
#include "webhook/kinds/object.h"
#include "webhook/kube/kube_base64.h"

enum { REQUEST_TIMEOUT_MS = 5000, RENEW_BEFORE_SECONDS = 30 * 24 * 3600, NAMES = 4 };

#define SECRET_NAME "gpuaas-webhook-cert"

/* What the Secret holds. */
struct bundle {
    struct certificate_pair authority;
    struct certificate_pair serving;
    char *resource_version; /* NULL: there is no Secret yet */
};

static void bundle_release(struct bundle *bundle)
{
    certificate_pair_release(&bundle->authority);
    certificate_pair_release(&bundle->serving);
    free(take_pointer(&bundle->resource_version));
}

MEMORY_DEFINE_AUTO_RELEASE(bundle)
#define auto_bundle __attribute__((cleanup(bundle_auto_release)))

static char *decode_field(const json_t *data, const char *field)
{
    return kube_base64_decode(json_string_value(json_object_get(data, field)));
}

static json_t *encode_base64(const char *text)
{
    auto_free char *encoded = kube_base64_encode(text);

    return json_string(encoded);
}

static void decode_bundle(const json_t *secret, struct bundle *out_bundle)
{
    const json_t *data = json_object_get(secret, "data");

    *out_bundle = (struct bundle){
        .authority = {decode_field(data, "ca.crt"), decode_field(data, "ca.key")},
        .serving = {decode_field(data, "tls.crt"), decode_field(data, "tls.key")},
        .resource_version = memory_copy_text(object_metadata_text(secret, "resourceVersion")),
    };
}

static char *encode_bundle(const struct bundle *bundle, const char *namespace_name)
{
    json_auto_t *secret = json_pack(
        "{s:s, s:s, s:{s:s, s:s}, s:s, s:{s:o, s:o, s:o, s:o}}", "apiVersion", "v1", "kind",
        "Secret", "metadata", "name", SECRET_NAME, "namespace", namespace_name, "type",
        "kubernetes.io/tls", "data", "ca.crt", encode_base64(bundle->authority.certificate_pem),
        "ca.key", encode_base64(bundle->authority.key_pem), "tls.crt",
        encode_base64(bundle->serving.certificate_pem), "tls.key",
        encode_base64(bundle->serving.key_pem));

    if (bundle->resource_version != NULL) {
        json_object_set_new(json_object_get(secret, "metadata"), "resourceVersion",
                            json_string(bundle->resource_version));
    }
    return json_dumps(secret, JSON_COMPACT);
}

static bool fetch_bundle(struct serving_certificate *certificate, struct bundle *out_bundle,
                         struct error *error)
{
    auto_free char *path =
        text_format("/api/v1/namespaces/%s/secrets/" SECRET_NAME, certificate->namespace_name);
    json_t *secret = NULL;
    enum kube_outcome outcome =
        kube_client_get(certificate->client, path, REQUEST_TIMEOUT_MS, &secret, error);

    if (outcome == KUBE_DONE) {
        decode_bundle(secret, out_bundle);
    }
    json_decref(secret);
    return outcome == KUBE_DONE || outcome == KUBE_NOT_FOUND;
}

static bool store_bundle(struct serving_certificate *certificate, const struct bundle *bundle,
                         struct error *error)
{
    bool is_new = bundle->resource_version == NULL;
    auto_kube_request struct kube_request request = {
        .method = is_new ? KUBE_POST : KUBE_PUT,
        .path = text_format("/api/v1/namespaces/%s/secrets%s", certificate->namespace_name,
                            is_new ? "" : "/" SECRET_NAME),
        .body = encode_bundle(bundle, certificate->namespace_name),
        .wants_metadata_only = true,
    };
    auto_kube_answer struct kube_answer answer = {0};

    kube_client_send(certificate->client, &request, REQUEST_TIMEOUT_MS, &answer);
    return answer.outcome == KUBE_DONE ||
           error_set(error, ERROR_UNAVAILABLE, "storing Secret '" SECRET_NAME "': %s",
                     answer.message);
}

static void list_names(const char *namespace_name, char *out_names[NAMES])
{
    out_names[0] = text_format("gpuaas-webhook.%s.svc", namespace_name);
    out_names[1] = text_format("gpuaas-webhook.%s.svc.cluster.local", namespace_name);
    out_names[2] = text_format("gpuaas-webhook.%s", namespace_name);
    out_names[3] = memory_copy_text("gpuaas-webhook");
}

static bool is_good(const struct bundle *bundle, const char *const *names, int64_t now_seconds)
{
    const struct certificate_requirements requirements = {
        .authority_pem = bundle->authority.certificate_pem,
        .names = names,
        .name_count = NAMES,
        .now_seconds = now_seconds + RENEW_BEFORE_SECONDS,
    };

    return bundle->authority.certificate_pem != NULL && bundle->serving.certificate_pem != NULL &&
           bundle->serving.key_pem != NULL &&
           certificate_pair_check(&bundle->serving, &requirements, NULL);
}

/* With the authority that is there, if it will do; else with a new one. */
static bool issue(struct bundle *bundle, const char *const *names, int64_t now_seconds,
                  struct error *error)
{
    certificate_pair_release(&bundle->serving);
    if (bundle->authority.key_pem != NULL && bundle->authority.certificate_pem != NULL &&
        authority_issue(&bundle->authority, names, NAMES, now_seconds, &bundle->serving, NULL) &&
        is_good(bundle, names, now_seconds)) {
        return true;
    }
    certificate_pair_release(&bundle->serving);
    certificate_pair_release(&bundle->authority);
    return authority_create(now_seconds, &bundle->authority, error) &&
           authority_issue(&bundle->authority, names, NAMES, now_seconds, &bundle->serving, error);
}

/* A JSON patch for every webhook that has another bundle; NULL if none has. */
static char *format_bundle_patch(const json_t *configuration, const char *authority_pem)
{
    json_auto_t *operations = json_array();
    json_auto_t *wanted = encode_base64(authority_pem);
    size_t index;
    const json_t *webhook;

    json_array_foreach(json_object_get(configuration, "webhooks"), index, webhook) {
        const json_t *client = json_object_get(webhook, "clientConfig");
        if (json_equal(json_object_get(client, "caBundle"), wanted)) {
            continue;
        }
        auto_free char *path = text_format("/webhooks/%zu/clientConfig/caBundle", index);
        json_array_append_new(
            operations, json_pack("{s:s, s:s, s:O}", "op", "add", "path", path, "value", wanted));
    }
    if (json_array_size(operations) == 0) {
        return NULL;
    }
    json_array_append_new(operations,
                          json_pack("{s:s, s:s, s:s}", "op", "replace", "path",
                                    "/metadata/resourceVersion", "value",
                                    object_metadata_text(configuration, "resourceVersion")));
    return json_dumps(operations, JSON_COMPACT);
}

static bool publish_to(struct serving_certificate *certificate, const char *path,
                       struct error *error)
{
    json_t *configuration = NULL;
    enum kube_outcome outcome =
        kube_client_get(certificate->client, path, REQUEST_TIMEOUT_MS, &configuration, error);
    auto_kube_request struct kube_request request = {
        .method = KUBE_JSON_PATCH,
        .path = memory_copy_text(path),
        .body = format_bundle_patch(configuration, certificate->authority_pem),
        .wants_metadata_only = true,
    };
    auto_kube_answer struct kube_answer answer = {0};

    json_decref(configuration);
    if (outcome != KUBE_DONE || request.body == NULL) {
        return outcome == KUBE_DONE || outcome == KUBE_NOT_FOUND;
    }
    kube_client_send(certificate->client, &request, REQUEST_TIMEOUT_MS, &answer);
    return answer.outcome == KUBE_DONE ||
           error_set(error, ERROR_UNAVAILABLE, "writing the authority into '%s': %s", path,
                     answer.message);
}

static bool publish(struct serving_certificate *certificate, struct error *error)
{
    static const char *const paths[] = {
        "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/zz-gpuaas",
        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/zz-gpuaas",
    };
    bool is_done = true;

    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        is_done = publish_to(certificate, paths[i], error) && is_done;
    }
    return is_done;
}

static bool ensure_bundle(struct serving_certificate *certificate, int64_t now_seconds,
                          struct bundle *bundle, struct error *error)
{
    char *names[NAMES];
    bool is_ok = fetch_bundle(certificate, bundle, error);

    list_names(certificate->namespace_name, names);
    if (is_ok && !is_good(bundle, (const char *const *)names, now_seconds)) {
        is_ok = issue(bundle, (const char *const *)names, now_seconds, error) &&
                store_bundle(certificate, bundle, error);
    }
    for (size_t i = 0; i < NAMES; i++) {
        free(names[i]);
    }
    return is_ok;
}

bool serving_certificate_ensure(struct serving_certificate *certificate, int64_t now_seconds,
                                bool *out_is_new, struct error *error)
{
    auto_bundle struct bundle bundle = {0};

    if (!ensure_bundle(certificate, now_seconds, &bundle, error)) {
        return false;
    }
    *out_is_new = certificate->authority_pem == NULL ||
                  !certificate_pair_equal(&bundle.serving, &certificate->pair);
    free(certificate->authority_pem);
    certificate->authority_pem = memory_copy_text(bundle.authority.certificate_pem);
    certificate_pair_release(&certificate->pair);
    certificate->pair = bundle.serving;
    memset(&bundle.serving, 0, sizeof bundle.serving);
    return publish(certificate, error);
}

void serving_certificate_release(struct serving_certificate *certificate)
{
    free(take_pointer(&certificate->authority_pem));
    certificate_pair_release(&certificate->pair);
}
