/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/record_status.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "base/timestamp.h"

enum { SECOND_US = 1000000 };

void record_status_init(struct record_status *status, const struct workload_object *record)
{
    *status = (struct record_status){
        .admission = record->admission,
        .past_execution_seconds = record->past_execution_seconds,
        .requeue_count = record->requeue_count,
        .requeue_at_us = record->requeue_at_us,
    };
    condition_list_copy(&record->conditions, &status->conditions);
    check_status_list_copy(&record->checks, &status->checks);
}

void record_status_release(struct record_status *status)
{
    condition_list_release(&status->conditions);
    check_status_list_release(&status->checks);
}

/* The time of this admission is added to that of earlier ones. */
static void end_admission(struct record_status *status, int64_t now_us)
{
    const struct condition *admitted = condition_list_find(&status->conditions, "Admitted");

    if (admitted != NULL && admitted->is_true && admitted->changed_us < now_us) {
        status->past_execution_seconds += (now_us - admitted->changed_us) / SECOND_US;
    }
    status->admission = NULL;
}

void record_status_wait(struct record_status *status, const char *reason, const char *message,
                        int64_t now_us)
{
    end_admission(status, now_us);
    condition_list_set(&status->conditions, "QuotaReserved", false, reason, message, now_us);
    condition_list_set(&status->conditions, "Admitted", false, "NoReservation",
                       "The workload has no reservation", now_us);
    if (condition_list_find(&status->conditions, "PodsReady") != NULL) {
        condition_list_set(&status->conditions, "PodsReady", false, "WaitForStart",
                           "Not all pods are ready or succeeded", now_us);
    }
}

static void set_reserved(struct record_status *status, const struct admission *admission,
                         int64_t now_us)
{
    auto_free char *message =
        text_format("Quota reserved in ClusterQueue %s", admission->cluster_queue);

    status->admission = admission;
    condition_list_set(&status->conditions, "QuotaReserved", true, "QuotaReserved", message,
                       now_us);
    condition_list_end(&status->conditions, "Evicted", "QuotaReserved", now_us);
    condition_list_end(&status->conditions, "Preempted", "QuotaReserved", now_us);
}

void record_status_reserve(struct record_status *status, const struct admission *admission,
                           const struct name_list *checks, int64_t now_us)
{
    set_reserved(status, admission, now_us);
    check_status_list_fit(&status->checks, checks, now_us);
    condition_list_set(&status->conditions, "Admitted", false, "UnsatisfiedAdmissionChecks",
                       check_status_list_all_ready(&status->checks)
                           ? "The workload is about to start"
                           : "The workload has not all checks ready",
                       now_us);
}

void record_status_admit(struct record_status *status, const struct admission *admission,
                         int64_t now_us)
{
    set_reserved(status, admission, now_us);
    condition_list_set(&status->conditions, "Admitted", true, "Admitted",
                       "The workload is admitted", now_us);
}

void record_status_evict(struct record_status *status, const char *reason, const char *message,
                         int64_t now_us)
{
    condition_list_set(&status->conditions, "Evicted", true, reason, message, now_us);
    check_status_list_reset(&status->checks, now_us);
}

void record_status_preempt(struct record_status *status, enum preemption_reason reason,
                           const char *message, int64_t now_us)
{
    record_status_evict(status, "Preempted", message, now_us);
    condition_list_set(&status->conditions, "Preempted", true, preemption_reason_name(reason),
                       message, now_us);
}

bool record_status_is_evicting(const struct record_status *status)
{
    return status->admission != NULL && condition_list_is_true(&status->conditions, "Evicted");
}

static void set_requeued_as_evicted(struct record_status *status, bool may_requeue, int64_t now_us)
{
    const struct condition *evicted = condition_list_find(&status->conditions, "Evicted");
    auto_free char *reason = memory_copy_text(evicted->reason);
    auto_free char *message = memory_copy_text(evicted->message);

    condition_list_set(&status->conditions, "Requeued", may_requeue, reason, message, now_us);
}

void record_status_give_back(struct record_status *status, bool may_requeue, int64_t now_us)
{
    const struct condition *evicted = condition_list_find(&status->conditions, "Evicted");
    auto_free char *message = memory_copy_text(evicted->message);

    record_status_wait(status, "Pending", message, now_us);
    set_requeued_as_evicted(status, may_requeue, now_us);
}

void record_status_requeue(struct record_status *status, const char *reason, const char *message,
                           int64_t now_us)
{
    condition_list_set(&status->conditions, "Requeued", true, reason, message, now_us);
    status->requeue_at_us = 0;
}

void record_status_target(struct record_status *status, const char *reason, const char *message,
                          int64_t now_us)
{
    condition_list_set(&status->conditions, "DeactivationTarget", true, reason, message, now_us);
}

void record_status_deactivate(struct record_status *status, const char *message, int64_t now_us)
{
    const struct condition *target = condition_list_find(&status->conditions, "DeactivationTarget");
    bool is_ours = target != NULL && target->is_true;
    auto_free char *reason =
        text_format("Deactivated%s%s", is_ours ? "DueTo" : "", is_ours ? target->reason : "");

    record_status_evict(status, reason, is_ours ? target->message : message, now_us);
    condition_list_remove(&status->conditions, "DeactivationTarget");
    status->requeue_count = 0;
    status->requeue_at_us = 0;
    if (status->admission == NULL) {
        set_requeued_as_evicted(status, false, now_us);
    }
}

void record_status_reactivate(struct record_status *status, int64_t now_us)
{
    status->requeue_count = 0;
    status->past_execution_seconds = 0;
    record_status_requeue(status, "Reactivated", "The workload was reactivated", now_us);
}

void record_status_finish(struct record_status *status, bool has_failed, int64_t now_us)
{
    condition_list_set(&status->conditions, "Finished", true, has_failed ? "Failed" : "Succeeded",
                       has_failed ? "The workload failed" : "The workload finished successfully",
                       now_us);
}

void record_status_set_pods_ready(struct record_status *status, bool are_ready, int64_t now_us)
{
    const struct condition *before = condition_list_find(&status->conditions, "PodsReady");
    bool was_lost = before != NULL && text_equal(before->reason, "WaitForRecovery");
    bool was_ready = before != NULL && (before->is_true || was_lost);

    if (before != NULL && before->is_true == are_ready) {
        return;
    }
    if (are_ready) {
        condition_list_set(&status->conditions, "PodsReady", true,
                           was_lost ? "Recovered" : "Started",
                           "All pods were ready or succeeded since the workload admission", now_us);
    } else {
        condition_list_set(&status->conditions, "PodsReady", false,
                           was_ready ? "WaitForRecovery" : "WaitForStart",
                           was_ready ? "At least one pod has failed, waiting for recovery"
                                     : "Not all pods are ready or succeeded",
                           now_us);
    }
}

static bool is_same_state(const struct condition_list *left, const struct condition_list *right)
{
    if (left->count != right->count) {
        return false;
    }
    array_for_each(condition, left) {
        const struct condition *other = condition_list_find(right, condition->type);
        if (other == NULL || other->is_true != condition->is_true ||
            !text_equal(other->reason, condition->reason)) {
            return false;
        }
    }
    return true;
}

enum record_difference record_status_compare(const struct record_status *status,
                                             const struct workload_object *record)
{
    if ((status->admission == NULL) != (record->admission == NULL) ||
        status->past_execution_seconds != record->past_execution_seconds ||
        status->requeue_count != record->requeue_count ||
        status->requeue_at_us != record->requeue_at_us ||
        !check_status_list_equal(&status->checks, &record->checks) ||
        !is_same_state(&status->conditions, &record->conditions)) {
        return RECORD_OTHER_STATE;
    }
    return condition_list_equal(&status->conditions, &record->conditions) ? RECORD_SAME
                                                                          : RECORD_OTHER_WORDS;
}

json_t *record_status_encode_identity(const struct workload_object *record)
{
    char version[24];

    snprintf(version, sizeof version, "%" PRIu64, record->resource_version);
    return json_pack("{s:s, s:s}", "uid", record->uid, "resourceVersion", version);
}

static json_t *encode_requeue_state(const struct record_status *status)
{
    char requeue_at[TIMESTAMP_TEXT_BYTES];

    if (status->requeue_count == 0 && status->requeue_at_us == 0) {
        return json_null();
    }
    timestamp_format_seconds(status->requeue_at_us, requeue_at);
    return json_pack("{s:I, s:o}", "count", (json_int_t)status->requeue_count, "requeueAt",
                     status->requeue_at_us != 0 ? json_string(requeue_at) : json_null());
}

/* Only what has changed of that which is rarely there: others write into it too. */
static void encode_rest(const struct record_status *status, const struct workload_object *record,
                        json_t *json)
{
    if (!check_status_list_equal(&status->checks, &record->checks)) {
        json_object_set_new(json, "admissionChecks", check_status_list_encode(&status->checks));
    }
    if (status->requeue_count != record->requeue_count ||
        status->requeue_at_us != record->requeue_at_us) {
        json_object_set_new(json, "requeueState", encode_requeue_state(status));
    }
    if (status->past_execution_seconds != record->past_execution_seconds) {
        json_object_set_new(json, WORKLOAD_PAST_EXECUTION,
                            json_integer(status->past_execution_seconds));
    }
}

char *record_status_format(const struct record_status *status, const struct workload_object *record)
{
    int64_t generation = record->generation > 0 ? record->generation : 1;
    json_t *json =
        json_pack("{s:o}", "conditions", condition_list_encode(&status->conditions, generation));

    json_object_set_new(json, "admission",
                        status->admission != NULL ? admission_encode_status(status->admission)
                                                  : json_null());
    encode_rest(status, record, json);
    json_auto_t *patch =
        json_pack("{s:o, s:o}", "metadata", record_status_encode_identity(record), "status", json);
    return json_dumps(patch, JSON_COMPACT);
}
