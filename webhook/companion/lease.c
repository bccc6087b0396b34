/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/lease.h"
#include "base/timestamp.h"

#include <string.h>

static char *copy_text(const json_t *json, const char *field)
{
    return memory_copy_text(json_string_value(json_object_get(json, field)));
}

static int64_t decode_time(const json_t *spec, const char *field)
{
    const char *text = json_string_value(json_object_get(spec, field));
    int64_t wall_us = 0;

    if (text != NULL && !timestamp_parse(text, &wall_us)) {
        return 0;
    }
    return wall_us;
}

bool lease_decode(const json_t *json, struct lease *out_lease, struct error *error)
{
    const json_t *metadata = json_object_get(json, "metadata");
    const json_t *spec = json_object_get(json, "spec");

    if (!json_is_string(json_object_get(metadata, "resourceVersion"))) {
        return error_set(error, ERROR_INVALID, "the Lease has no resourceVersion");
    }
    *out_lease = (struct lease){
        .namespace_name = copy_text(metadata, "namespace"),
        .name = copy_text(metadata, "name"),
        .resource_version = copy_text(metadata, "resourceVersion"),
        .holder = copy_text(spec, "holderIdentity"),
        .duration_seconds = (int)json_integer_value(json_object_get(spec, "leaseDurationSeconds")),
        .transitions = json_integer_value(json_object_get(spec, "leaseTransitions")),
        .acquired_us = decode_time(spec, "acquireTime"),
        .renewed_us = decode_time(spec, "renewTime"),
        .grants = copy_text(json_object_get(metadata, "annotations"), LEASE_GRANTS_ANNOTATION),
    };
    return true;
}

char *lease_encode(const struct lease *lease)
{
    char acquired[TIMESTAMP_TEXT_BYTES];
    char renewed[TIMESTAMP_TEXT_BYTES];

    timestamp_format_micros(lease->acquired_us, acquired);
    timestamp_format_micros(lease->renewed_us, renewed);
    json_auto_t *json = json_pack(
        "{s:s, s:s, s:{s:s, s:s}, s:{s:s, s:i, s:I, s:s, s:s}}", "apiVersion",
        "coordination.k8s.io/v1", "kind", "Lease", "metadata", "namespace", lease->namespace_name,
        "name", lease->name, "spec", "holderIdentity", lease->holder != NULL ? lease->holder : "",
        "leaseDurationSeconds", lease->duration_seconds, "leaseTransitions",
        (json_int_t)lease->transitions, "acquireTime", acquired, "renewTime", renewed);
    json_t *metadata = json_object_get(json, "metadata");

    if (lease->resource_version != NULL) {
        json_object_set_new(metadata, "resourceVersion", json_string(lease->resource_version));
    }
    if (lease->grants != NULL) {
        json_object_set_new(metadata, "annotations",
                            json_pack("{s:s}", LEASE_GRANTS_ANNOTATION, lease->grants));
    }
    return json_dumps(json, JSON_COMPACT);
}

void lease_release(struct lease *lease)
{
    free(lease->namespace_name);
    free(lease->name);
    free(lease->resource_version);
    free(lease->holder);
    free(lease->grants);
    memset(lease, 0, sizeof *lease);
}
