/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/order.h"
#include "policy/rules/preemption.h"
#include "policy/rules/verdict.h"
#include "webhook/cluster/cache.h"
#include "webhook/cluster/grant.h"
#include "webhook/cluster/ledger.h"

struct object_list ARRAY_OF(struct object *);
struct workload_list ARRAY_OF(struct workload *);

enum workload_state {
    WORKLOAD_NOTHING,      /* nothing of it waits or holds */
    WORKLOAD_QUEUED,       /* waits, and may be tried */
    WORKLOAD_INADMISSIBLE, /* waits for an administrator; see the verdict */
    WORKLOAD_ADMITTED,     /* holds */
    WORKLOAD_FINISHED,
};

/*
 * The unit that is admitted as a whole: one Notebook, Job or Pod with the Pods that belong to it.
 * Borrows its objects from the cache. Owned by the companion thread.
 */
struct workload {
    char *uid; /* of the owner */
    const struct kind *kind;
    char *namespace_name;
    char *name;
    const struct object *owner; /* NULL: gone, or not seen */
    struct object_list pods;    /* the owner too if it is a Pod */
    const struct workload_object *record;

    /* Found by cluster_refresh(): */
    enum workload_state state;
    const struct admission *admission; /* under which it holds; borrowed */
    const struct local_queue *local_queue;
    const struct cluster_queue *cluster_queue;
    char *charged_queue;       /* ClusterQueue that it was last charged to */
    struct waiting_line *line; /* where it waits; NULL: nowhere */
    struct order_key order;
    uint64_t waiting_version; /* of the object that waits, when it was put into the line */
    struct verdict verdict;
    int64_t admitted_us;      /* when it was told to be admitted; 0: it is not */
    int64_t podless_since_ms; /* monotonic; an admitted Notebook without Pods; 0: it has some */
    bool is_record_void;      /* what its record admits is over: it is to be deleted */

    /* Kept by the companion: */
    char *refusal; /* why a start was refused for good; NULL: it was not */
    uint64_t refused_version;
    bool is_record_in_flight;
    uint64_t record_version_awaited;
    int64_t record_retry_at_ms;
    int record_failures;
    bool is_adoption_in_flight;
    bool is_fetch_in_flight;
    bool is_dirty;
    bool is_due;

    /* Kept by evictions: */
    char *preemption; /* in words, why it goes for another; NULL: it does not, or its record says */
    enum preemption_reason preemption_reason;
    struct admission *reservation; /* to be reserved until its checks agree; NULL: nothing, or its
                                      record says so */
    int64_t look_again_at_us;      /* when a time limit runs out, wall clock; 0: none does */
    bool is_stop_in_flight;
    uint64_t stopped_version; /* of the object that it was sent for */
    int64_t stop_retry_at_ms;
    int stop_failures;
    UT_hash_handle hh;
};

struct workload *workload_create(const char *uid);
void workload_destroy(struct workload *workload);

void workload_add_pod(struct workload *workload, struct object *pod);
void workload_remove_pod(struct workload *workload, const struct object *pod);

/* A Pod that counts: not gated, or about to be let go, and not at its end. */
bool workload_pod_counts(const struct object *pod, const struct grant_table *grants);
size_t workload_count_active_pods(const struct workload *workload,
                                  const struct grant_table *grants);

/* What waits: the Job or Pod itself, a Notebook that we stopped, or the oldest gated Pod of one;
 * NULL: nothing. */
const struct object *workload_find_waiting(const struct workload *workload,
                                           const struct grant_table *grants);

/* The admission under which it holds (design.md §5), or NULL. Borrowed from the record, an object
 * or a grant. */
const struct admission *workload_find_admission(const struct workload *workload,
                                                const struct grant_table *grants);

/* True if its record, which this holds by, says Evicted: it is to give back what it holds. */
bool workload_is_evicting(const struct workload *workload);

/* True if quota is reserved for it and its admission checks have not all agreed yet. */
bool workload_is_reserved(const struct workload *workload);

/* When it came: the record's word for a Notebook, else the object's stamp, else its creation. */
int64_t workload_arrival_us(const struct workload *workload, const struct object *waiting);

/* The flavor that the hardware profile of the workload names; NULL: any. Borrowed. */
const char *workload_find_profile(const struct configuration *configuration,
                                  const struct workload *workload, const struct object *waiting);

/* The declared maximum run time of an object, µs; 0: none. */
int64_t workload_run_time_us(const struct object *object);

/* True if the pod asks no more than one pod of the admission was admitted with. */
bool workload_pod_is_within(const struct configuration *configuration, const struct object *pod,
                            const struct admission *admission);
