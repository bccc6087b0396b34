/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/records.h"

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/text.h"
#include "webhook/companion/record_event.h"
#include "webhook/companion/record_object.h"
#include "webhook/companion/record_progress.h"
#include "webhook/companion/waiting_report.h"

enum { RETRY_MS = 500, RETRY_MS_MAX = 30000, AWAITED_MS = 5000 };

static const struct metric waits_metric = {"gpuaas_waits_total",
                                           "Workloads that began to wait, and why.",
                                           METRIC_COUNTER,
                                           {"cluster_queue", "reason"},
                                           NULL,
                                           0};

/* Awaited instead of a version after a DELETE. */
static const uint64_t version_gone = UINT64_MAX;

/* True if what we wrote last has come back on the watch. */
static bool is_write_seen(const struct workload *workload)
{
    const struct workload_object *record = workload->record;

    if (workload->record_failures > 0) {
        return false;
    }
    return workload->record_version_awaited == version_gone
               ? record == NULL
               : record != NULL && record->resource_version >= workload->record_version_awaited;
}

/* What the record's pod sets are read from; NULL: nothing is there to tell. */
static const struct object *find_asking(const struct records *records,
                                        const struct workload *workload)
{
    const struct object *waiting = workload_find_waiting(workload, &records->cluster->grants);

    if (waiting != NULL || workload->owner == NULL) {
        return waiting;
    }
    if (workload->owner->kind->id != KIND_NOTEBOOK) {
        return workload->owner;
    }
    return workload->pods.count > 0 ? workload->pods.items[0] : NULL;
}

static bool send(struct records *records, struct workload *workload, enum kube_method method,
                 char *path, char *body)
{
    struct kube_request request = {
        .method = method, .path = path, .body = body, .wants_metadata_only = true};

    workload->is_record_in_flight =
        errands_send_take(records->errands, ERRAND_RECORD, workload->uid, &request);
    return workload->is_record_in_flight;
}

/* A wait is told once each time that it begins: in the log, the metric, and an event on what its
 * user made. */
static void tell_waiting(struct records *records, struct workload *workload)
{
    const struct verdict *verdict = &workload->verdict;
    const char *reason = verdict->reason != NULL ? verdict->reason : "Pending";
    const char *queue = workload->cluster_queue != NULL ? workload->cluster_queue->name : "";
    int64_t now_us = clock_wall_us();
    struct waiting_report report;

    waiting_report_make(records->cluster, workload, now_us, &report);
    auto_free char *message = waiting_report_format(&report, workload, now_us);
    struct kube_request request = {
        .method = KUBE_POST,
        .path = record_event_path(workload),
        .body = record_event_format_waiting(workload, message, now_us),
        .wants_metadata_only = true,
    };
    errands_send_take(records->errands, ERRAND_EVENT, workload->uid, &request);
    metrics_add(&waits_metric, 1, METRIC_LABELS(queue, reason));
    log_info("waiting", LOG_TEXT("kind", workload->kind->name),
             LOG_TEXT("namespace", workload->namespace_name), LOG_TEXT("name", workload->name),
             LOG_TEXT("uid", workload->uid), LOG_TEXT("verdict", "waiting"),
             LOG_TEXT("reason", reason), LOG_TEXT("message", message),
             LOG_TEXT("clusterQueue", queue), LOG_NUMBER("position", (int64_t)report.position));
    waiting_report_release(&report);
}

/* A Notebook that its user stopped holds nothing and waits for nothing; one that we stopped waits.
 */
static bool is_stopped_by_user(const struct object *owner)
{
    return owner->kind->id == KIND_NOTEBOOK && owner->is_suspended && owner->stopped_by == NULL;
}

static bool is_to_be_deleted(const struct records *records, const struct workload *workload)
{
    return workload->is_record_void || is_stopped_by_user(workload->owner) ||
           !cluster_is_managed(records->cluster, workload->namespace_name);
}

static bool is_to_be_made(const struct workload *workload, const struct object *asking)
{
    return asking != NULL && asking->mistake == NULL &&
           (workload->state == WORKLOAD_QUEUED || workload->state == WORKLOAD_INADMISSIBLE ||
            workload->state == WORKLOAD_ADMITTED);
}

/* It waits, and its record does not say so yet: it is new, or was admitted before. */
static bool begins_to_wait(const struct workload *workload)
{
    return (workload->state == WORKLOAD_QUEUED || workload->state == WORKLOAD_INADMISSIBLE) &&
           (workload->record->conditions.count == 0 || workload->record->admission != NULL);
}

bool records_write(struct records *records, struct workload *workload,
                   const struct record_status *status)
{
    if (workload->state == WORKLOAD_ADMITTED) {
        FAILPOINT("before_status");
    }
    return send(records, workload, KUBE_MERGE_PATCH, record_object_status_path(workload->record),
                record_status_format(status, workload->record));
}

static bool update_status(struct records *records, struct workload *workload,
                          enum record_difference least)
{
    auto_record_status struct record_status status;

    record_status_init(&status, workload->record);
    record_progress_apply(records->cluster, workload, clock_wall_us(), &status);
    if (record_status_compare(&status, workload->record) < least) {
        return true;
    }
    bool is_told = records_write(records, workload, &status);
    if (is_told && begins_to_wait(workload)) {
        tell_waiting(records, workload);
    }
    return is_told;
}

bool records_can_write(const struct workload *workload, int64_t now_ms)
{
    return !workload->is_record_in_flight &&
           (workload->record_retry_at_ms <= now_ms || is_write_seen(workload));
}

static bool update_record(struct records *records, struct workload *workload,
                          const struct object *asking)
{
    const struct workload_object *record = workload->record;

    if (is_to_be_deleted(records, workload)) {
        if (record_progress_must_withdraw(workload)) {
            return true;
        }
        return send(records, workload, KUBE_DELETE, record_object_path(record),
                    record_object_format_delete(record));
    }
    char *spec = record_object_format_spec(workload, asking);
    if (spec != NULL) {
        return send(records, workload, KUBE_MERGE_PATCH, record_object_path(record), spec);
    }
    /* Words alone are not rewritten, n writes for each start would be the price; but who waits for
     * an administrator reads what is missing now. */
    return update_status(records, workload,
                         workload->state == WORKLOAD_INADMISSIBLE ? RECORD_OTHER_WORDS
                                                                  : RECORD_OTHER_STATE);
}

void records_forget_reservation(struct workload *workload)
{
    if (workload->admission == workload->reservation) {
        workload->admission = workload->record != NULL ? workload->record->admission : NULL;
    }
    admission_destroy(take_pointer(&workload->reservation));
}

void records_reserve_take(struct records *records, struct workload *workload,
                          struct admission *admission)
{
    records_forget_reservation(workload);
    workload->reservation = admission;
    cluster_mark(records->cluster, workload);
}

/* Once it is stored it is read from there; who waits no more needs none. */
static void review_reservation(struct records *records, struct workload *workload)
{
    bool is_stored = workload->record != NULL && workload->record->admission != NULL;

    if (workload->reservation != NULL &&
        (is_stored || workload_find_waiting(workload, &records->cluster->grants) == NULL)) {
        records_forget_reservation(workload);
        cluster_mark(records->cluster, workload);
    }
}

bool records_update(struct records *records, struct workload *workload, int64_t now_ms)
{
    review_reservation(records, workload);
    if (workload->is_record_in_flight || workload->owner == NULL || workload->owner->is_deleting) {
        return true; /* the answer makes it due again; the garbage collector follows the owner */
    }
    if (!records_can_write(workload, now_ms)) {
        return false;
    }
    const struct object *asking = find_asking(records, workload);
    if (workload->record == NULL) {
        return !is_to_be_made(workload, asking) ||
               send(records, workload, KUBE_POST, record_object_collection_path(workload),
                    record_object_format_new(workload, asking));
    }
    return workload->record->is_deleting || update_record(records, workload, asking);
}

void records_update_head(struct records *records, struct workload *workload)
{
    if (workload->record != NULL && !workload->record->is_deleting &&
        !workload->is_record_in_flight && workload->owner != NULL) {
        update_status(records, workload, RECORD_OTHER_WORDS);
    }
}

static int backoff_ms(int failures)
{
    int64_t delay_ms = (int64_t)RETRY_MS << (failures < 7 ? failures : 7);

    return delay_ms < RETRY_MS_MAX ? (int)delay_ms : RETRY_MS_MAX;
}

void records_note_answer(struct records *records, const struct errand *errand,
                         const struct kube_answer *answer, int64_t now_ms)
{
    struct workload *workload = cluster_find_workload(records->cluster, errand->subject);

    if (workload == NULL) {
        return;
    }
    workload->is_record_in_flight = false;
    cluster_mark(records->cluster, workload);
    if (answer->outcome == KUBE_DONE) {
        /* The watch shows it in a moment; look again if it does not. */
        json_auto_t *json = answer->body != NULL ? json_loads(answer->body, 0, NULL) : NULL;
        uint64_t version = object_resource_version(json);
        workload->record_version_awaited = version != 0 ? version : version_gone;
        workload->record_failures = 0;
        workload->record_retry_at_ms = now_ms + AWAITED_MS;
        return;
    }
    workload->record_retry_at_ms = now_ms + backoff_ms(workload->record_failures++);
    if (answer->outcome == KUBE_REFUSED && workload->record_failures == 1) {
        log_warning("a Workload cannot be written", LOG_TEXT("namespace", workload->namespace_name),
                    LOG_TEXT("owner", workload->name), LOG_TEXT("error", answer->message));
    }
}
