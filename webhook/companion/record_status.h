/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/workload.h"

/*
 * What the status of a Workload says, and the steps by which it changes (kueue-api.md §3). A value
 * of its own: made of what is stored, moved on, and written if it differs. Embedded in its owner.
 */
struct record_status {
    struct condition_list conditions;
    struct check_status_list checks;
    const struct admission *admission; /* borrowed; NULL: no quota is reserved */
    int64_t past_execution_seconds;
    int64_t requeue_count;
    int64_t requeue_at_us;
};

void record_status_init(struct record_status *status, const struct workload_object *record);
void record_status_release(struct record_status *status);

/* It waits, without a reservation; one that it had is over. */
void record_status_wait(struct record_status *status, const char *reason, const char *message,
                        int64_t now_us);

/* Quota is reserved, and it is not admitted before these checks are ready. */
void record_status_reserve(struct record_status *status, const struct admission *admission,
                           const struct name_list *checks, int64_t now_us);

/* It was let go with this admission. */
void record_status_admit(struct record_status *status, const struct admission *admission,
                         int64_t now_us);

/* It is asked to go: what it was admitted with counts until record_status_give_back(). */
void record_status_evict(struct record_status *status, const char *reason, const char *message,
                         int64_t now_us);
void record_status_preempt(struct record_status *status, enum preemption_reason reason,
                           const char *message, int64_t now_us);
bool record_status_is_evicting(const struct record_status *status);

/* Nothing of it counts any more. `may_requeue`: it queues again at once. */
void record_status_give_back(struct record_status *status, bool may_requeue, int64_t now_us);

/* What kept it from queueing is over. */
void record_status_requeue(struct record_status *status, const char *reason, const char *message,
                           int64_t now_us);

/* It is to be made inactive, for a reason of ours; spec.active follows. */
void record_status_target(struct record_status *status, const char *reason, const char *message,
                          int64_t now_us);

/* It is not active: it goes if it holds, and does not queue; `message` is told unless we made it
 * so. */
void record_status_deactivate(struct record_status *status, const char *message, int64_t now_us);

/* Somebody made it active again: what was held against it is forgotten. */
void record_status_reactivate(struct record_status *status, int64_t now_us);

void record_status_finish(struct record_status *status, bool has_failed, int64_t now_us);

/* Whether all of its Pods are ready now. */
void record_status_set_pods_ready(struct record_status *status, bool are_ready, int64_t now_us);

enum record_difference {
    RECORD_SAME,
    RECORD_OTHER_WORDS, /* nothing but messages */
    RECORD_OTHER_STATE,
};

enum record_difference record_status_compare(const struct record_status *status,
                                             const struct workload_object *record);

/* What a patch of exactly this version of the record carries as its metadata. */
json_t *record_status_encode_identity(const struct workload_object *record);

/* A merge patch of the status, for exactly this version of the record. Owned. */
char *record_status_format(const struct record_status *status,
                           const struct workload_object *record);

MEMORY_DEFINE_AUTO_RELEASE(record_status)
#define auto_record_status __attribute__((cleanup(record_status_auto_release)))
