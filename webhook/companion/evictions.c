/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/evictions.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/text.h"
#include "webhook/companion/eviction_decision.h"
#include "webhook/companion/eviction_stop.h"
#include "webhook/companion/record_event.h"
#include "webhook/companion/record_progress.h"

static const struct metric evictions_metric = {"gpuaas_evictions_total",
                                               "Workloads that were asked to go.",
                                               METRIC_COUNTER,
                                               {"cluster_queue", "reason"},
                                               NULL,
                                               0};

/* A decision is told once: in the log, the metric and an event. */
static void tell(struct evictions *evictions, const struct workload *workload,
                 const struct record_status *status, int64_t now_us)
{
    const struct condition *evicted = condition_list_find(&status->conditions, "Evicted");

    if (!record_status_is_evicting(status)) {
        return;
    }
    struct kube_request request = {
        .method = KUBE_POST,
        .path = record_event_path(workload),
        .body = record_event_format_evicted(workload, evicted, now_us),
        .wants_metadata_only = true,
    };
    errands_send_take(evictions->errands, ERRAND_EVENT, workload->uid, &request);
    metrics_add(&evictions_metric, 1,
                METRIC_LABELS(status->admission->cluster_queue, evicted->reason));
    log_info("evicting", LOG_TEXT("kind", workload->kind->name),
             LOG_TEXT("namespace", workload->namespace_name), LOG_TEXT("name", workload->name),
             LOG_TEXT("uid", workload->uid), LOG_TEXT("verdict", "evicted"),
             LOG_TEXT("reason", evicted->reason), LOG_TEXT("message", evicted->message),
             LOG_TEXT("clusterQueue", status->admission->cluster_queue));
}

static void forget_preemption(struct workload *workload)
{
    free(take_pointer(&workload->preemption));
}

/* Writes down why the workload goes, if it does. */
static bool decide(struct evictions *evictions, struct workload *workload, int64_t now_us,
                   int64_t now_ms)
{
    const struct pods_ready_rules *rules = &evictions->cluster->configuration->pods_ready;
    auto_record_status struct record_status status = {0};

    if (!eviction_is_due(rules, workload, now_us, &workload->look_again_at_us) ||
        workload->is_record_in_flight) {
        return true; /* the answer makes it due again */
    }
    record_status_init(&status, workload->record);
    eviction_decide(rules, workload, now_us, &status);
    if (record_status_compare(&status, workload->record) != RECORD_OTHER_STATE) {
        return true; /* it is told already, and spec.active follows */
    }
    if (!records_can_write(workload, now_ms) ||
        !records_write(evictions->records, workload, &status)) {
        return false;
    }
    tell(evictions, workload, &status, now_us);
    return true;
}

/* False for what ends by itself, or is no business of ours any more. */
static bool is_ours_to_end(const struct cluster *cluster, const struct workload *workload)
{
    return workload->owner != NULL && !workload->owner->is_deleting &&
           !workload->owner->is_finished && workload->record != NULL &&
           !workload->record->is_deleting && cluster_is_managed(cluster, workload->namespace_name);
}

bool evictions_update(struct evictions *evictions, struct workload *workload, int64_t now_ms)
{
    int64_t now_us = clock_wall_us();

    workload->look_again_at_us = 0;
    if (!is_ours_to_end(evictions->cluster, workload)) {
        forget_preemption(workload);
        return true;
    }
    if (record_progress_must_withdraw(workload)) {
        return eviction_stop_withdraw(evictions, workload, now_ms);
    }
    if (eviction_stop_must_restore(evictions, workload)) {
        return eviction_stop_restore(evictions, workload, now_ms);
    }
    if (workload_is_evicting(workload)) {
        forget_preemption(workload);
        return eviction_stop_send(evictions, workload, now_us, now_ms);
    }
    if (workload->record->admission != NULL && !workload->is_record_void) {
        return decide(evictions, workload, now_us, now_ms);
    }
    workload->look_again_at_us = workload->record->requeue_at_us; /* the end of a backoff is told */
    if (workload->admission == NULL) {
        forget_preemption(workload); /* it holds nothing any more */
    }
    return true;
}

void evictions_preempt(struct evictions *evictions, struct workload *victim,
                       enum preemption_reason reason, const struct workload *preemptor)
{
    const struct workload_object *record = preemptor->record;

    if (victim->preemption != NULL || workload_is_evicting(victim)) {
        return;
    }
    victim->preemption_reason = reason;
    victim->preemption = text_format(
        "Preempted to accommodate a workload (UID: %s, JobUID: %s) due to %s",
        record != NULL ? record->uid : "UNKNOWN", preemptor->uid, preemption_reason_phrase(reason));
    cluster_mark(evictions->cluster, victim);
}

void evictions_tick(struct evictions *evictions, int64_t now_us)
{
    struct workload *workload = evictions->cluster->workloads;

    for (; workload != NULL; workload = workload->hh.next) {
        if (workload->look_again_at_us != 0 && workload->look_again_at_us <= now_us) {
            cluster_mark(evictions->cluster, workload);
        }
    }
}

void evictions_end(struct evictions *evictions)
{
    struct workload *workload = evictions->cluster->workloads;

    for (; workload != NULL; workload = workload->hh.next) {
        forget_preemption(workload);
        workload->is_stop_in_flight = false;
    }
}
