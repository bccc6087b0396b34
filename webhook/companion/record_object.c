/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/record_object.h"

#include <ctype.h>
#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>

#include "base/text.h"
#include "policy/objects/syntax.h"
#include "webhook/companion/record_status.h"
#include "webhook/kinds/kind.h"
#include "webhook/kinds/pod_template.h"

enum { NAME_BYTES_MAX = 253, SUFFIX_BYTES = 6, HASH_DIGITS = 5 };

char *record_object_collection_path(const struct workload *workload)
{
    return text_format("/apis/kueue.x-k8s.io/v1beta1/namespaces/%s/workloads",
                       workload->namespace_name);
}

char *record_object_path(const struct workload_object *record)
{
    return text_format("/apis/kueue.x-k8s.io/v1beta1/namespaces/%s/workloads/%s",
                       record->namespace_name, record->name);
}

char *record_object_status_path(const struct workload_object *record)
{
    return text_format("/apis/kueue.x-k8s.io/v1beta1/namespaces/%s/workloads/%s/status",
                       record->namespace_name, record->name);
}

/* Kueue's form (kueue-api.md): kind-name-xxxxx, where the digits tell apart equal names. */
static char *format_name(const struct workload *workload)
{
    unsigned char digest[SHA_DIGEST_LENGTH];
    auto_free char *identity = text_format("%s\n%s\n%s\n%s", workload->kind->name,
                                           workload->kind->group, workload->name, workload->uid);
    auto_free char *prefix = text_format("%s-%s", workload->kind->name, workload->name);

    SHA1((const unsigned char *)identity, strlen(identity), digest);
    for (char *letter = prefix; *letter != '\0'; letter++) {
        *letter = (char)tolower((unsigned char)*letter);
    }
    return text_format("%.*s-%02x%02x%x", NAME_BYTES_MAX - SUFFIX_BYTES, prefix, digest[0],
                       digest[1], digest[2] >> 4);
}

static json_t *encode_owner(const struct workload *workload)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:b}", "apiVersion", workload->kind->api_version, "kind",
                     workload->kind->name, "name", workload->name, "uid", workload->uid,
                     "controller", 1);
}

static json_t *encode_metadata(const struct workload *workload, const struct object *asks)
{
    auto_free char *name = format_name(workload);
    char arrival[24];
    json_t *metadata = json_pack("{s:s, s:s, s:{s:s}, s:[o]}", "name", name, "namespace",
                                 workload->namespace_name, "labels", LABEL_JOB_UID, workload->uid,
                                 "ownerReferences", encode_owner(workload));

    if (strlen(workload->name) <= 63) {
        json_object_set_new(json_object_get(metadata, "labels"), LABEL_JOB_NAME,
                            json_string(workload->name));
    }
    snprintf(arrival, sizeof arrival, "%" PRId64, workload_arrival_us(workload, asks));
    json_object_set_new(metadata, "annotations", json_pack("{s:s}", ANNOTATION_ARRIVAL, arrival));
    return metadata;
}

const char *record_object_queue_name(const struct workload *workload, const struct object *asks)
{
    if (workload->local_queue != NULL) {
        return workload->local_queue->name;
    }
    return workload->owner->queue_name != NULL ? workload->owner->queue_name : asks->queue_name;
}

static json_t *encode_pod_sets(const struct object *asks)
{
    json_t *pod_sets = json_array();

    array_for_each(set, &asks->pod_sets) {
        json_t *value = json_pack("{s:s, s:I, s:o}", "name", set->name, "count",
                                  (json_int_t)set->count, "template", pod_template_encode(set));
        if (set->min_count > 0) {
            json_object_set_new(value, "minCount", json_integer(set->min_count));
        }
        json_array_append_new(pod_sets, value);
    }
    return pod_sets;
}

/* A class that no object can have as its name is not told: the API server would refuse it. */
static const char *find_priority_class(const struct workload *workload, const struct object *asks,
                                       const char **out_source)
{
    const char *class = workload->owner->workload_priority_class;

    *out_source = PRIORITY_SOURCE_WORKLOAD;
    if (class == NULL) {
        class = asks->workload_priority_class;
    }
    if (class == NULL) {
        class = asks->priority_class;
        *out_source = PRIORITY_SOURCE_POD;
    }
    return class != NULL && syntax_is_object_name(class) ? class : NULL;
}

static int64_t find_maximum_execution(const struct workload *workload, const struct object *asks)
{
    int64_t seconds = workload->owner->max_execution_s;

    if (seconds == 0) {
        seconds = asks->max_execution_s;
    }
    return seconds < INT32_MAX ? seconds : INT32_MAX;
}

static void encode_limits(const struct workload *workload, const struct object *asks, json_t *spec)
{
    int64_t maximum = find_maximum_execution(workload, asks);
    const char *source;
    const char *class = find_priority_class(workload, asks, &source);

    json_object_set_new(spec, "priorityClassName",
                        class != NULL ? json_string(class) : json_null());
    json_object_set_new(spec, "priorityClassSource",
                        class != NULL ? json_string(source) : json_null());
    json_object_set_new(spec, "maximumExecutionTimeSeconds",
                        maximum > 0 ? json_integer(maximum) : json_null());
}

/* What it asks for, as long as nothing is reserved for it. Null is what it does not have. */
static json_t *encode_request(const struct workload *workload, const struct object *asks)
{
    const char *queue = record_object_queue_name(workload, asks);
    json_t *spec = json_pack("{s:o, s:o}", "podSets", encode_pod_sets(asks), "queueName",
                             queue != NULL ? json_string(queue) : json_null());

    encode_limits(workload, asks, spec);
    return spec;
}

char *record_object_format_new(const struct workload *workload, const struct object *asks)
{
    json_t *spec = encode_request(workload, asks);
    const char *key;
    json_t *value;
    void *next;

    json_object_foreach_safe(spec, next, key, value) {
        if (json_is_null(value)) {
            json_object_del(spec, key);
        }
    }
    json_object_set_new(spec, "active", json_true());
    json_object_set_new(spec, "priority", json_integer(workload->order.priority));
    json_auto_t *json =
        json_pack("{s:s, s:s, s:o, s:o}", "apiVersion", "kueue.x-k8s.io/v1beta1", "kind",
                  "Workload", "metadata", encode_metadata(workload, asks), "spec", spec);
    return json_dumps(json, JSON_COMPACT);
}

static bool asks_otherwise(const struct workload *workload, const struct object *asks)
{
    const struct workload_object *record = workload->record;
    const struct pod_set *stored = record->pod_sets.items;
    const struct pod_set *asked = asks->pod_sets.items;
    const char *source;
    const char *class = find_priority_class(workload, asks, &source);

    return record->pod_sets.count == 0 || stored->count != asked->count ||
           stored->min_count != asked->min_count ||
           !resources_equal(&stored->requests, &asked->requests) ||
           !text_equal(record->queue_name, record_object_queue_name(workload, asks)) ||
           !text_equal(record->priority_class, class) ||
           (class != NULL && !text_equal(record->priority_class_source, source)) ||
           record->maximum_execution_seconds != find_maximum_execution(workload, asks);
}

static bool is_to_be_inactive(const struct workload_object *record)
{
    return record->is_active && condition_list_is_true(&record->conditions, "DeactivationTarget");
}

char *record_object_format_spec(const struct workload *workload, const struct object *asks)
{
    const struct workload_object *record = workload->record;
    bool is_new = record->admission == NULL && asks != NULL && asks->pod_sets.count > 0 &&
                  asks_otherwise(workload, asks);
    json_t *spec = is_new ? encode_request(workload, asks) : json_object();

    if (asks != NULL && workload->order.priority != record->priority) {
        json_object_set_new(spec, "priority", json_integer(workload->order.priority));
    }
    if (is_to_be_inactive(record)) {
        json_object_set_new(spec, "active", json_false());
    }
    bool is_empty = json_object_size(spec) == 0;
    json_auto_t *patch =
        json_pack("{s:o, s:o}", "metadata", record_status_encode_identity(record), "spec", spec);
    return is_empty ? NULL : json_dumps(patch, JSON_COMPACT);
}

char *record_object_format_delete(const struct workload_object *record)
{
    json_auto_t *body = json_pack("{s:s, s:s, s:{s:s}}", "apiVersion", "v1", "kind",
                                  "DeleteOptions", "preconditions", "uid", record->uid);

    return json_dumps(body, JSON_COMPACT);
}
