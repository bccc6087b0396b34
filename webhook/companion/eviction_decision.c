/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/eviction_decision.h"

#include "base/text.h"
#include "policy/rules/eviction.h"
#include "webhook/companion/pods_ready.h"

enum { SECOND_US = 1000000 };

#define DEACTIVATED_DUE_TO "DeactivatedDueTo"

static void read_pods_ready(const struct workload *workload, struct eviction_facts *facts)
{
    const struct condition *told = condition_list_find(&workload->record->conditions, "PodsReady");
    bool is_lost = told != NULL && text_equal(told->reason, "WaitForRecovery");

    facts->pods_ready_us = pods_ready_since_us(workload);
    facts->were_pods_ready = told != NULL && (told->is_true || is_lost);
    facts->pods_lost_us = is_lost ? told->changed_us : 0;
}

static struct eviction_facts read_facts(const struct pods_ready_rules *rules,
                                        const struct workload *workload)
{
    const struct workload_object *record = workload->record;
    const struct condition *admitted = condition_list_find(&record->conditions, "Admitted");
    const struct cluster_queue *queue = workload->cluster_queue;
    struct eviction_facts facts = {
        .is_active = record->is_active,
        .cluster_queue_stop = queue != NULL ? queue->stop_policy : STOP_NONE,
        .local_queue_stop =
            workload->local_queue != NULL ? workload->local_queue->stop_policy : STOP_NONE,
        .has_check_retry = check_status_list_has_state(&record->checks, CHECK_RETRY),
        .has_check_rejected = check_status_list_has_state(&record->checks, CHECK_REJECTED),
        .admitted_us = admitted != NULL && admitted->is_true ? admitted->changed_us : 0,
        .maximum_execution_seconds = record->maximum_execution_seconds,
        .past_execution_seconds = record->past_execution_seconds,
        .requeue_count = record->requeue_count,
    };

    if (rules->is_enabled) {
        read_pods_ready(workload, &facts);
    }
    return facts;
}

/* Who was evicted because of what may pass waits a while, longer each time. */
static void back_off(const struct pods_ready_rules *rules, int64_t now_us,
                     struct record_status *status)
{
    int64_t at_us = eviction_requeue_at_us(rules, ++status->requeue_count, now_us);

    status->requeue_at_us = at_us / SECOND_US * SECOND_US; /* as it is stored */
}

static void apply_reason(const struct pods_ready_rules *rules, const struct workload *workload,
                         enum eviction_reason reason, int64_t now_us, struct record_status *status)
{
    const char *name = eviction_reason_name(reason);
    auto_free char *message =
        eviction_format_message(reason, workload->record->namespace_name, workload->record->name);

    if (reason == EVICTION_DEACTIVATED) {
        record_status_deactivate(status, message, now_us);
    } else if (eviction_deactivates(reason)) {
        bool is_prefixed = text_starts_with(name, DEACTIVATED_DUE_TO);
        record_status_target(status, is_prefixed ? name + strlen(DEACTIVATED_DUE_TO) : name,
                             message, now_us);
    } else {
        record_status_evict(status, name, message, now_us);
        if (reason == EVICTION_PODS_READY_TIMEOUT || reason == EVICTION_ADMISSION_CHECK) {
            back_off(rules, now_us, status);
        }
    }
}

bool eviction_is_due(const struct pods_ready_rules *rules, const struct workload *workload,
                     int64_t now_us, int64_t *out_next_us)
{
    const struct eviction_facts facts = read_facts(rules, workload);
    int64_t next_us = eviction_next_us(rules, &facts);

    *out_next_us = next_us != INT64_MAX ? next_us : 0;
    return workload->preemption != NULL ||
           eviction_evaluate(rules, &facts, now_us) != EVICTION_NONE;
}

void eviction_decide(const struct pods_ready_rules *rules, const struct workload *workload,
                     int64_t now_us, struct record_status *status)
{
    const struct eviction_facts facts = read_facts(rules, workload);
    enum eviction_reason reason = eviction_evaluate(rules, &facts, now_us);

    if (reason != EVICTION_NONE) {
        apply_reason(rules, workload, reason, now_us, status);
    } else if (workload->preemption != NULL) {
        record_status_preempt(status, workload->preemption_reason, workload->preemption, now_us);
    }
}
