/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/record_progress.h"

#include "base/text.h"
#include "policy/rules/eviction.h"
#include "webhook/companion/pods_ready.h"
#include "webhook/companion/required_checks.h"

static bool is_notebook(const struct workload *workload)
{
    return workload->owner->kind->id == KIND_NOTEBOOK;
}

static bool has_started_pod(const struct workload *workload)
{
    array_for_each(pod, &workload->pods) {
        if (!(*pod)->is_suspended && (*pod)->admission != NULL) {
            return true;
        }
    }
    return false;
}

bool record_progress_has_started(const struct workload *workload)
{
    const struct object *owner = workload->owner;
    bool is_told = workload->record != NULL && workload->record->admission != NULL &&
                   condition_list_is_true(&workload->record->conditions, "Admitted");

    if (!is_notebook(workload)) {
        return !owner->is_suspended && owner->admission != NULL;
    }
    return is_told || (!owner->is_suspended && owner->admission != NULL) ||
           has_started_pod(workload);
}

bool record_progress_has_let_go(const struct cluster *cluster, const struct workload *workload)
{
    return workload_count_active_pods(workload, &cluster->grants) == 0 &&
           grant_table_find(&cluster->grants, workload->uid) == NULL &&
           (is_notebook(workload) || workload->owner->is_suspended);
}

static const struct flavor_assignment *find_assignment(const struct pod_set_admission *set,
                                                       const char *resource)
{
    array_for_each(assignment, &set->assignments) {
        if (text_equal(assignment->resource, resource)) {
            return assignment;
        }
    }
    return NULL;
}

static bool is_same_set(const struct pod_set_admission *left, const struct pod_set_admission *right)
{
    if (left->count != right->count || left->assignments.count != right->assignments.count) {
        return false;
    }
    array_for_each(assignment, &left->assignments) {
        const struct flavor_assignment *other = find_assignment(right, assignment->resource);
        if (other == NULL || other->amount != assignment->amount ||
            !text_equal(other->flavor, assignment->flavor)) {
            return false;
        }
    }
    return true;
}

/* An admission is set or cleared, never changed (kueue-api.md §2.4). */
static bool is_same(const struct admission *left, const struct admission *right)
{
    if (!text_equal(left->cluster_queue, right->cluster_queue) ||
        left->pod_sets.count != right->pod_sets.count) {
        return false;
    }
    array_for_each(set, &left->pod_sets) {
        const struct pod_set_admission *other = admission_find_pod_set(right, set->name);
        if (other == NULL || !is_same_set(set, other)) {
            return false;
        }
    }
    return true;
}

static void tell_admitted(const struct cluster *cluster, const struct workload *workload,
                          int64_t now_us, struct record_status *status)
{
    if (status->admission != NULL && !is_same(status->admission, workload->admission)) {
        record_status_wait(status, "Pending", "The workload is admitted anew", now_us);
        return;
    }
    record_status_admit(status, workload->admission, now_us);
    if (cluster->configuration->pods_ready.is_enabled) {
        record_status_set_pods_ready(status, pods_ready_since_us(workload) != 0, now_us);
    }
}

/* Why a reservation does not lead to an admission any more; owned. NULL: it may. */
static char *find_hold(const struct workload *workload)
{
    const struct cluster_queue *queue = workload->cluster_queue;

    if (workload->local_queue != NULL && workload->local_queue->stop_policy != STOP_NONE) {
        return text_format("LocalQueue %s is stopped", workload->local_queue->name);
    }
    if (queue != NULL && queue->stop_policy != STOP_NONE) {
        return text_format("ClusterQueue %s is stopped", queue->name);
    }
    return NULL;
}

/* What is reserved waits for its checks; once they agree, the start follows. */
static void tell_reserved(const struct cluster *cluster, const struct workload *workload,
                          int64_t now_us, struct record_status *status)
{
    const struct admission *reserved =
        status->admission != NULL ? status->admission : workload->reservation;
    auto_free char *hold = find_hold(workload);
    struct name_list checks = {0};

    if (reserved == NULL || !record_progress_has_let_go(cluster, workload)) {
        return; /* its start is on its way */
    }
    if (condition_list_is_true(&status->conditions, "Admitted")) {
        record_status_wait(status, "Pending", "The workload was suspended", now_us);
        return;
    }
    if (hold != NULL) {
        record_status_wait(status, "Inadmissible", hold, now_us);
        return;
    }
    if (workload->cluster_queue != NULL) {
        required_checks_find(workload->cluster_queue, reserved, &checks);
    }
    record_status_reserve(status, reserved, &checks, now_us);
    array_release(&checks);
}

/* Tells that it may queue again, once that is so. */
static void tell_requeued(const struct workload *workload, int64_t now_us,
                          struct record_status *status)
{
    const struct condition *requeued = condition_list_find(&status->conditions, "Requeued");
    const struct cluster_queue *queue = workload->cluster_queue;
    const struct local_queue *local_queue = workload->local_queue;

    if (requeued == NULL || requeued->is_true) {
        return;
    }
    if (text_starts_with(requeued->reason, "Deactivated")) {
        record_status_reactivate(status, now_us);
    } else if (text_equal(requeued->reason, "ClusterQueueStopped")) {
        if (queue != NULL && queue->stop_policy == STOP_NONE) {
            record_status_requeue(status, "ClusterQueueRestarted",
                                  "The ClusterQueue was restarted after being stopped", now_us);
        }
    } else if (text_equal(requeued->reason, "LocalQueueStopped")) {
        if (local_queue != NULL && local_queue->stop_policy == STOP_NONE) {
            record_status_requeue(status, "LocalQueueRestarted",
                                  "The LocalQueue was restarted after being stopped", now_us);
        }
    } else if (status->requeue_at_us <= now_us) {
        record_status_requeue(status, "BackoffFinished", "The workload backoff was finished",
                              now_us);
    }
}

static bool is_told_inactive(const struct record_status *status)
{
    const struct condition *evicted = condition_list_find(&status->conditions, "Evicted");

    return evicted != NULL && evicted->is_true &&
           text_starts_with(evicted->reason, "Deactivated") &&
           !condition_list_is_true(&status->conditions, "Requeued");
}

static void tell_waiting(const struct cluster *cluster, const struct workload *workload,
                         int64_t now_us, struct record_status *status)
{
    const struct verdict *verdict = &workload->verdict;
    bool cannot_fit =
        workload->state == WORKLOAD_INADMISSIBLE || verdict->kind == VERDICT_INADMISSIBLE;

    if (status->admission != NULL && !record_progress_has_let_go(cluster, workload)) {
        return; /* its Pods count until they are gone */
    }
    bool is_held_back = text_equal(verdict->reason, VERDICT_REASON_PODS_READY);
    const char *pending = is_held_back ? "Waiting" : "Pending";
    record_status_wait(status, cannot_fit ? "Inadmissible" : pending,
                       verdict->message != NULL ? verdict->message : "", now_us);
    if (workload->record->is_active) {
        tell_requeued(workload, now_us, status);
    } else if (!is_told_inactive(status)) {
        auto_free char *message = eviction_format_message(
            EVICTION_DEACTIVATED, workload->record->namespace_name, workload->record->name);
        record_status_deactivate(status, message, now_us);
    }
}

static bool may_requeue_at_once(const struct record_status *status)
{
    const struct condition *evicted = condition_list_find(&status->conditions, "Evicted");

    for (int reason = EVICTION_PREEMPTED; reason <= EVICTION_CHECK_REJECTED; reason++) {
        if (text_equal(evicted->reason, eviction_reason_name((enum eviction_reason)reason))) {
            return eviction_requeues_at_once((enum eviction_reason)reason);
        }
    }
    return false;
}

void record_progress_apply(const struct cluster *cluster, const struct workload *workload,
                           int64_t now_us, struct record_status *status)
{
    if (workload->state == WORKLOAD_FINISHED) {
        record_status_finish(status, workload->owner->has_failed, now_us);
        return;
    }
    if (record_status_is_evicting(status)) {
        if (record_progress_has_let_go(cluster, workload)) {
            record_status_give_back(status, may_requeue_at_once(status), now_us);
        }
        return;
    }
    switch (workload->state) {
    case WORKLOAD_ADMITTED:
        if (record_progress_has_started(workload)) {
            tell_admitted(cluster, workload, now_us, status);
        } else {
            tell_reserved(cluster, workload, now_us, status);
        }
        break;
    case WORKLOAD_QUEUED:
    case WORKLOAD_INADMISSIBLE:
        tell_waiting(cluster, workload, now_us, status);
        break;
    case WORKLOAD_FINISHED:
    case WORKLOAD_NOTHING:
        break;
    }
}

bool record_progress_must_withdraw(const struct workload *workload)
{
    const struct object *owner = workload->owner;

    return owner->kind->id == KIND_NOTEBOOK && owner->admission != NULL &&
           (workload->is_record_void || owner->is_suspended);
}
