/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/eviction.h"

#include "base/text.h"
#include "policy/rules/saturating.h"

enum { SECOND_US = 1000000, DOUBLINGS_MAX = 62 };

#define DEACTIVATED "The workload is deactivated"

/* How each reason is told (kueue-api.md §3.3, §3.6), and what follows. */
static const struct reason_entry {
    const char *name;
    const char *message;
    bool deactivates;
    bool requeues_at_once;
} entries[] = {
    [EVICTION_NONE] = {"", "", false, false},
    [EVICTION_PREEMPTED] = {"Preempted", "The workload was preempted", false, true},
    [EVICTION_PODS_READY_TIMEOUT] = {"PodsReadyTimeout", "Exceeded the PodsReady timeout", false,
                                     false},
    [EVICTION_ADMISSION_CHECK] = {"AdmissionCheck", "At least one admission check is false", false,
                                  false},
    [EVICTION_CLUSTER_QUEUE_STOPPED] = {"ClusterQueueStopped", "The ClusterQueue is stopped", false,
                                        false},
    [EVICTION_LOCAL_QUEUE_STOPPED] = {"LocalQueueStopped", "The LocalQueue is stopped", false,
                                      false},
    [EVICTION_DEACTIVATED] = {"Deactivated", DEACTIVATED, false, false},
    [EVICTION_MAXIMUM_EXECUTION_TIME] = {"DeactivatedDueToMaximumExecutionTimeExceeded",
                                         DEACTIVATED " due to exceeding the maximum execution time",
                                         true, false},
    [EVICTION_REQUEUING_LIMIT] = {"DeactivatedDueToRequeuingLimitExceeded",
                                  DEACTIVATED
                                  " due to exceeding the maximum number of re-queuing retries",
                                  true, false},
    [EVICTION_CHECK_REJECTED] = {"DeactivatedDueToAdmissionCheck",
                                 DEACTIVATED " due to a rejected admission check", true, false},
};

/* Saturates: what lies too far ahead never comes. */
static int64_t after(int64_t since_us, int64_t seconds)
{
    int64_t span_us;

    if (__builtin_mul_overflow(seconds, (int64_t)SECOND_US, &span_us)) {
        return INT64_MAX;
    }
    return saturating_add(since_us, span_us);
}

/* When its execution time is used up; INT64_MAX: never. */
static int64_t execution_ends_us(const struct eviction_facts *facts)
{
    if (facts->maximum_execution_seconds <= 0 || facts->admitted_us == 0) {
        return INT64_MAX;
    }
    int64_t left =
        saturating_subtract(facts->maximum_execution_seconds, facts->past_execution_seconds);
    return after(facts->admitted_us, left > 0 ? left : 0);
}

/* When its Pods should have been ready, or ready again; INT64_MAX: they are, or may take for ever.
 */
static int64_t readiness_ends_us(const struct pods_ready_rules *rules,
                                 const struct eviction_facts *facts)
{
    if (!rules->is_enabled || facts->admitted_us == 0 || facts->pods_ready_us != 0) {
        return INT64_MAX;
    }
    if (!facts->were_pods_ready) {
        return after(facts->admitted_us, rules->timeout_seconds);
    }
    return rules->recovery_timeout_seconds > 0 && facts->pods_lost_us != 0
               ? after(facts->pods_lost_us, rules->recovery_timeout_seconds)
               : INT64_MAX;
}

/* Who has been requeued as often as is allowed does not queue again. */
static bool is_at_limit(const struct pods_ready_rules *rules, const struct eviction_facts *facts)
{
    return rules->backoff_limit_count >= 0 && facts->requeue_count >= rules->backoff_limit_count;
}

enum eviction_reason eviction_evaluate(const struct pods_ready_rules *rules,
                                       const struct eviction_facts *facts, int64_t now_us)
{
    if (!facts->is_active) {
        return EVICTION_DEACTIVATED;
    }
    if (facts->has_check_rejected) {
        return EVICTION_CHECK_REJECTED;
    }
    if (facts->has_check_retry) {
        return EVICTION_ADMISSION_CHECK;
    }
    if (facts->cluster_queue_stop == STOP_HOLD_AND_DRAIN) {
        return EVICTION_CLUSTER_QUEUE_STOPPED;
    }
    if (facts->local_queue_stop == STOP_HOLD_AND_DRAIN) {
        return EVICTION_LOCAL_QUEUE_STOPPED;
    }
    if (now_us >= execution_ends_us(facts)) {
        return EVICTION_MAXIMUM_EXECUTION_TIME;
    }
    if (now_us < readiness_ends_us(rules, facts)) {
        return EVICTION_NONE;
    }
    return is_at_limit(rules, facts) ? EVICTION_REQUEUING_LIMIT : EVICTION_PODS_READY_TIMEOUT;
}

int64_t eviction_next_us(const struct pods_ready_rules *rules, const struct eviction_facts *facts)
{
    int64_t execution_us = execution_ends_us(facts);
    int64_t readiness_us = readiness_ends_us(rules, facts);

    return execution_us < readiness_us ? execution_us : readiness_us;
}

const char *eviction_reason_name(enum eviction_reason reason)
{
    return entries[reason].name;
}

char *eviction_format_message(enum eviction_reason reason, const char *namespace_name,
                              const char *name)
{
    if (reason == EVICTION_PODS_READY_TIMEOUT) {
        return text_format("Exceeded the PodsReady timeout %s/%s", namespace_name, name);
    }
    return memory_copy_text(entries[reason].message);
}

bool eviction_deactivates(enum eviction_reason reason)
{
    return entries[reason].deactivates;
}

bool eviction_requeues_at_once(enum eviction_reason reason)
{
    return entries[reason].requeues_at_once;
}

int64_t eviction_requeue_at_us(const struct pods_ready_rules *rules, int64_t count, int64_t now_us)
{
    int64_t doublings = count > 1 ? count - 1 : 0;
    int64_t factor = INT64_C(1) << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX);
    int64_t delay;

    if (__builtin_mul_overflow(rules->backoff_base_seconds, factor, &delay) ||
        delay > rules->backoff_max_seconds) {
        delay = rules->backoff_max_seconds;
    }
    return after(now_us, delay);
}
