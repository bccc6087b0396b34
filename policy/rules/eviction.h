/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/objects/cluster_queue.h"
#include "policy/objects/configuration.h"

/* Why an admitted workload must go; Kueue's reasons of the condition Evicted (§3.3). */
enum eviction_reason {
    EVICTION_NONE,
    EVICTION_PREEMPTED,
    EVICTION_PODS_READY_TIMEOUT,
    EVICTION_ADMISSION_CHECK, /* a check says Retry */
    EVICTION_CLUSTER_QUEUE_STOPPED,
    EVICTION_LOCAL_QUEUE_STOPPED,
    EVICTION_DEACTIVATED,            /* spec.active is false */
    EVICTION_MAXIMUM_EXECUTION_TIME, /* to be deactivated */
    EVICTION_REQUEUING_LIMIT,        /* to be deactivated */
    EVICTION_CHECK_REJECTED,         /* to be deactivated */
};

/* The facts about one admitted workload; times in µs, 0: not yet or none. */
struct eviction_facts {
    bool is_active;
    enum stop_policy cluster_queue_stop;
    enum stop_policy local_queue_stop;
    bool has_check_retry;
    bool has_check_rejected;
    int64_t admitted_us;
    int64_t maximum_execution_seconds; /* 0: none */
    int64_t past_execution_seconds;    /* of earlier admissions */
    int64_t pods_ready_us;             /* when all Pods became ready last; 0: they are not */
    int64_t pods_lost_us;              /* when a Pod stopped being ready after that; 0: none */
    bool were_pods_ready;              /* at any time since admission */
    int64_t requeue_count;             /* status.requeueState.count */
};

/* The first that applies, in the order: deactivated, check, stop, execution time, pods ready. */
enum eviction_reason eviction_evaluate(const struct pods_ready_rules *rules,
                                       const struct eviction_facts *facts, int64_t now_us);

/* When the answer may change by the mere passing of time; INT64_MAX: never. */
int64_t eviction_next_us(const struct pods_ready_rules *rules, const struct eviction_facts *facts);

/* Kueue's reason of the condition ("PodsReadyTimeout",
 * "DeactivatedDueToMaximumExecutionTimeExceeded" …) and its message (kueue-api.md §3.6); the latter
 * is owned. */
const char *eviction_reason_name(enum eviction_reason reason);
char *eviction_format_message(enum eviction_reason reason, const char *namespace_name,
                              const char *name);

/* True if the workload is to be deactivated: spec.active becomes false. */
bool eviction_deactivates(enum eviction_reason reason);

/* True if it may queue again at once; else Requeued stays False until something changes. */
bool eviction_requeues_at_once(enum eviction_reason reason);

/* When it may be tried again after `count` requeuings: now + base * 2^(count - 1), at most the
 * maximum (kueue-api.md §3.7). */
int64_t eviction_requeue_at_us(const struct pods_ready_rules *rules, int64_t count, int64_t now_us);
