/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/record_object.h"

#include <ctype.h>
#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
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

char *record_object_format_new(const struct workload *workload, const struct object *asks)
{
    json_t *pod_sets = json_array();
    const char *queue = record_object_queue_name(workload, asks);

    array_for_each(set, &asks->pod_sets) {
        json_array_append_new(pod_sets, json_pack("{s:s, s:I, s:o}", "name", set->name, "count",
                                                  (json_int_t)set->count, "template",
                                                  pod_template_encode(set)));
    }
    json_auto_t *json =
        json_pack("{s:s, s:s, s:o, s:{s:o, s:b, s:i}}", "apiVersion", "kueue.x-k8s.io/v1beta1",
                  "kind", "Workload", "metadata", encode_metadata(workload, asks), "spec",
                  "podSets", pod_sets, "active", 1, "priority", 0);
    if (queue != NULL) {
        json_object_set_new(json_object_get(json, "spec"), "queueName", json_string(queue));
    }
    return json_dumps(json, JSON_COMPACT);
}

static void set_admitted(const struct workload *workload, int64_t now_us,
                         struct condition_list *conditions)
{
    auto_free char *message =
        text_format("Quota reserved in ClusterQueue %s", workload->admission->cluster_queue);

    condition_list_set(conditions, "QuotaReserved", true, "QuotaReserved", message, now_us);
    condition_list_set(conditions, "Admitted", true, "Admitted", "The workload is admitted",
                       now_us);
}

static void set_waiting(const char *reason, const char *message, int64_t now_us,
                        struct condition_list *conditions)
{
    condition_list_set(conditions, "QuotaReserved", false, reason, message, now_us);
    condition_list_set(conditions, "Admitted", false, "NoReservation",
                       "The workload has no reservation", now_us);
}

void record_object_set_conditions(const struct workload *workload, bool is_start_stored,
                                  int64_t now_us, struct condition_list *conditions)
{
    bool cannot_fit =
        workload->state == WORKLOAD_INADMISSIBLE || workload->verdict.kind == VERDICT_INADMISSIBLE;
    const char *message = workload->verdict.message != NULL ? workload->verdict.message : "";

    switch (workload->state) {
    case WORKLOAD_ADMITTED:
        if (is_start_stored) {
            set_admitted(workload, now_us, conditions);
        }
        break;
    case WORKLOAD_QUEUED:
    case WORKLOAD_INADMISSIBLE:
        set_waiting(cannot_fit ? "Inadmissible" : "Pending", message, now_us, conditions);
        break;
    case WORKLOAD_FINISHED:
        condition_list_set(conditions, "Finished", true,
                           workload->owner->has_failed ? "Failed" : "Succeeded",
                           workload->owner->has_failed ? "The workload failed"
                                                       : "The workload finished successfully",
                           now_us);
        break;
    case WORKLOAD_NOTHING:
        break;
    }
}

static json_t *encode_identity(const struct workload_object *record)
{
    char version[24];

    snprintf(version, sizeof version, "%" PRIu64, record->resource_version);
    return json_pack("{s:s, s:s}", "uid", record->uid, "resourceVersion", version);
}

char *record_object_format_status(const struct workload_object *record,
                                  const struct condition_list *conditions,
                                  const struct admission *admission)
{
    json_t *status = json_pack("{s:o}", "conditions", condition_list_encode(conditions, 1));

    json_object_set_new(status, "admission",
                        admission != NULL ? admission_encode_status(admission) : json_null());
    json_auto_t *patch =
        json_pack("{s:o, s:o}", "metadata", encode_identity(record), "status", status);
    return json_dumps(patch, JSON_COMPACT);
}

char *record_object_format_delete(const struct workload_object *record)
{
    json_auto_t *body = json_pack("{s:s, s:s, s:{s:s}}", "apiVersion", "v1", "kind",
                                  "DeleteOptions", "preconditions", "uid", record->uid);

    return json_dumps(body, JSON_COMPACT);
}

char *record_object_event_path(const struct workload *workload)
{
    return text_format("/api/v1/namespaces/%s/events", workload->namespace_name);
}

static char *describe_waiting(const struct workload *workload, size_t position)
{
    const char *message = workload->verdict.message != NULL ? workload->verdict.message : "";
    const char *queue = workload->local_queue != NULL ? workload->local_queue->name : NULL;

    if (position == 0 || queue == NULL) {
        return memory_copy_text(message);
    }
    return text_format("Queued in %s at position %zu: %s", queue, position, message);
}

char *record_object_format_event(const struct workload *workload, size_t position, int64_t now_us)
{
    auto_free char *message = describe_waiting(workload, position);
    auto_free char *name =
        text_format("%.*s.%" PRIx64, NAME_BYTES_MAX - 17, workload->name, (uint64_t)now_us);
    bool is_queued =
        workload->state == WORKLOAD_QUEUED && workload->verdict.kind != VERDICT_INADMISSIBLE;
    char now[CLOCK_TEXT_BYTES];

    clock_format_seconds(now_us, now);
    json_auto_t *event = json_pack(
        "{s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s, s:s, s:s, s:s}, s:s, s:s, s:s, s:{s:s}, s:s, s:s, "
        "s:i}",
        "apiVersion", "v1", "kind", "Event", "metadata", "name", name, "namespace",
        workload->namespace_name, "involvedObject", "apiVersion", workload->kind->api_version,
        "kind", workload->kind->name, "name", workload->name, "namespace", workload->namespace_name,
        "uid", workload->uid, "reason", is_queued ? "Queued" : "Inadmissible", "message", message,
        "type", is_queued ? "Normal" : "Warning", "source", "component", "gpuaas", "firstTimestamp",
        now, "lastTimestamp", now, "count", 1);
    return json_dumps(event, JSON_COMPACT);
}
