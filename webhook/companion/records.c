/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/records.h"

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "webhook/companion/record_object.h"

enum { RETRY_MS = 500, RETRY_MS_MAX = 30000, AWAITED_MS = 5000 };

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

/* Only what is seen stored is told to be admitted: the start of the object, or of a Pod of it. */
static bool is_start_stored(const struct workload *workload)
{
    const struct object *owner = workload->owner;

    if (owner->kind->id != KIND_NOTEBOOK) {
        return !owner->is_suspended && owner->admission != NULL;
    }
    if (workload->record != NULL && workload->record->admission != NULL) {
        return true;
    }
    array_for_each(pod, &workload->pods) {
        if (!(*pod)->is_suspended && (*pod)->admission != NULL) {
            return true;
        }
    }
    return false;
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

/* One event for each time that something begins to wait, on what its user made. */
static void send_event(struct records *records, struct workload *workload)
{
    size_t position = workload->line != NULL ? waiting_line_position(workload->line, workload) : 0;
    struct kube_request request = {
        .method = KUBE_POST,
        .path = record_object_event_path(workload),
        .body = record_object_format_event(workload, position, clock_wall_us()),
        .wants_metadata_only = true,
    };

    errands_send_take(records->errands, ERRAND_EVENT, workload->uid, &request);
}

/* What waits asks for something else by now, or waits elsewhere: it is told anew. */
static bool is_outdated(const struct workload *workload, const struct object *asking)
{
    const struct workload_object *record = workload->record;

    return record->admission == NULL && asking != NULL && asking->pod_sets.count > 0 &&
           (record->pod_sets.count == 0 ||
            record->pod_sets.items[0].count != asking->pod_sets.items[0].count ||
            !resources_equal(&record->pod_sets.items[0].requests,
                             &asking->pod_sets.items[0].requests) ||
            !text_equal(record->queue_name, record_object_queue_name(workload, asking)));
}

static bool is_to_be_deleted(const struct records *records, const struct workload *workload,
                             const struct object *asking)
{
    bool is_stopped = workload->owner->kind->id == KIND_NOTEBOOK && workload->owner->is_suspended;

    return workload->is_record_void || is_stopped ||
           !cluster_is_managed(records->cluster, workload->namespace_name) ||
           is_outdated(workload, asking);
}

static bool is_to_be_made(const struct workload *workload, const struct object *asking)
{
    return asking != NULL && asking->mistake == NULL &&
           (workload->state == WORKLOAD_QUEUED || workload->state == WORKLOAD_INADMISSIBLE ||
            workload->state == WORKLOAD_ADMITTED);
}

static const struct condition *find_quota_condition(const struct condition_list *conditions)
{
    return condition_list_find(conditions, "QuotaReserved");
}

/* Words alone are not rewritten: n writes for each start would be the price. */
static bool differs_enough(const struct condition_list *stored, const struct condition_list *wanted)
{
    const struct condition *before = find_quota_condition(stored);
    const struct condition *after = find_quota_condition(wanted);

    if (before == NULL || after == NULL || before->is_true != after->is_true ||
        !text_equal(before->reason, after->reason)) {
        return !condition_list_equal(stored, wanted);
    }
    return condition_list_find(stored, "Finished") == NULL &&
           condition_list_find(wanted, "Finished") != NULL;
}

/* The admission as the record should show it: NULL as long as it waits. */
static const struct admission *wanted_admission(const struct workload *workload)
{
    switch (workload->state) {
    case WORKLOAD_ADMITTED:
        return is_start_stored(workload) ? workload->admission : workload->record->admission;
    case WORKLOAD_FINISHED:
    case WORKLOAD_NOTHING:
        return workload->record->admission;
    case WORKLOAD_QUEUED:
    case WORKLOAD_INADMISSIBLE:
        break;
    }
    return NULL;
}

/* It waits, and its record does not say so yet: it is new, or was admitted before. */
static bool begins_to_wait(const struct workload *workload)
{
    return (workload->state == WORKLOAD_QUEUED || workload->state == WORKLOAD_INADMISSIBLE) &&
           (workload->record->conditions.count == 0 || workload->record->admission != NULL);
}

static bool update_status(struct records *records, struct workload *workload, bool has_new_words)
{
    const struct workload_object *record = workload->record;
    const struct admission *admission = wanted_admission(workload);
    struct condition_list wanted;
    bool is_told = true;

    condition_list_copy(&record->conditions, &wanted);
    record_object_set_conditions(workload, is_start_stored(workload), clock_wall_us(), &wanted);
    bool is_different = differs_enough(&record->conditions, &wanted) ||
                        (admission == NULL) != (record->admission == NULL) ||
                        (has_new_words && !condition_list_equal(&record->conditions, &wanted));
    if (is_different) {
        if (workload->state == WORKLOAD_ADMITTED) {
            FAILPOINT("before_status");
        }
        is_told = send(records, workload, KUBE_MERGE_PATCH, record_object_status_path(record),
                       record_object_format_status(record, &wanted, admission));
    }
    if (is_told && is_different && begins_to_wait(workload)) {
        send_event(records, workload);
    }
    condition_list_release(&wanted);
    return is_told;
}

bool records_update(struct records *records, struct workload *workload, int64_t now_ms)
{
    const struct workload_object *record = workload->record;

    if (workload->is_record_in_flight || workload->owner == NULL || workload->owner->is_deleting) {
        return true; /* the answer makes it due again; the garbage collector follows the owner */
    }
    if (workload->record_retry_at_ms > now_ms && !is_write_seen(workload)) {
        return false;
    }
    const struct object *asking = find_asking(records, workload);
    if (record == NULL) {
        return !is_to_be_made(workload, asking) ||
               send(records, workload, KUBE_POST, record_object_collection_path(workload),
                    record_object_format_new(workload, asking));
    }
    if (record->is_deleting) {
        return true;
    }
    if (is_to_be_deleted(records, workload, asking)) {
        return send(records, workload, KUBE_DELETE, record_object_path(record),
                    record_object_format_delete(record));
    }
    /* Who waits for an administrator reads what is missing now. */
    return update_status(records, workload, workload->state == WORKLOAD_INADMISSIBLE);
}

void records_update_head(struct records *records, struct workload *workload)
{
    if (workload->record != NULL && !workload->record->is_deleting &&
        !workload->is_record_in_flight && workload->owner != NULL) {
        update_status(records, workload, true);
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
