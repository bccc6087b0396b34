/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/reference.h"
#include "policy/objects/label_selector.h"
#include "policy/objects/resources.h"

enum queueing_strategy { QUEUEING_BEST_EFFORT_FIFO, QUEUEING_STRICT_FIFO };
enum stop_policy { STOP_NONE, STOP_HOLD, STOP_HOLD_AND_DRAIN };

/* What a limit that is not set stands for. */
#define QUOTA_UNLIMITED INT64_MAX

/* One flavor of a group: an amount of each covered resource, and limits where there are any. */
struct flavor_quota {
    char *flavor;
    struct resources nominal;
    struct resources borrowing_limit; /* a resource that is absent has no limit */
    struct resources lending_limit;
};

struct resource_group {
    struct resource_names ARRAY_OF(char *) covered_resources;
    struct flavor_quota_list ARRAY_OF(struct flavor_quota) flavors;
};

struct resource_group_list ARRAY_OF(struct resource_group);

/* spec.flavorFungibility: whether the search for a flavor ends at one that only fits by borrowing,
 * or only by preemption. */
struct flavor_fungibility {
    bool may_stop_when_borrowing;  /* v1beta1 says Borrow, v1beta2 MayStopSearch */
    bool may_stop_when_preempting; /* v1beta1 says Preempt */
    bool prefers_preemption;       /* preference PreemptionOverBorrowing */
};

enum preemption_policy {
    PREEMPTION_NEVER,
    PREEMPTION_LOWER_PRIORITY,
    PREEMPTION_LOWER_OR_NEWER_EQUAL_PRIORITY, /* of withinClusterQueue only */
    PREEMPTION_ANY,                           /* of reclaimWithinCohort only */
};

/* spec.preemption. */
struct preemption_rules {
    enum preemption_policy within_cluster_queue;
    enum preemption_policy reclaim_within_cohort;
    enum preemption_policy borrow_within_cohort; /* NEVER or LOWER_PRIORITY */
    bool has_priority_threshold;
    int64_t max_priority_threshold;
};

/* An AdmissionCheck that admission waits for. */
struct admission_check_rule {
    char *name;
    struct check_flavors ARRAY_OF(char *) on_flavors; /* empty: every flavor */
};

struct admission_check_rule_list ARRAY_OF(struct admission_check_rule);

/* Annotations gpuaas.dev/<option> of one ClusterQueue; what is absent follows the Configuration. */
struct queue_options {
    enum queue_switch { SWITCH_DEFAULT, SWITCH_ON, SWITCH_OFF } node_places; /* node-places */
    enum queue_switch backfill;                                              /* backfill */
    int64_t minimum_runtime_seconds; /* minimum-runtime, a duration; -1: absent */
    int64_t max_gpus_per_user;       /* max-gpus-per-user; -1: absent, 0: no cap */
};

/* kueue.x-k8s.io ClusterQueue, spec only, with v1beta2's field names. Immutable once decoded. */
struct cluster_queue {
    struct reference references;
    char *name;
    char *cohort_name; /* NULL: none */
    enum queueing_strategy queueing_strategy;
    enum stop_policy stop_policy;
    struct label_selector namespace_selector;
    struct resource_group_list resource_groups;
    struct flavor_fungibility fungibility;
    struct preemption_rules preemption;
    struct admission_check_rule_list admission_checks;
    int64_t fair_weight_milli; /* fairSharing.weight in thousandths; 1000 if absent */
    struct queue_options options;
};

struct cluster_queue_list ARRAY_OF(const struct cluster_queue *);

/* Decodes v1beta1 or v1beta2 with Kueue's validation rules (kueue-api.md §2.2). Mistakes go to
 * `findings` with the way to mend them; false if there was any mistake. */
bool cluster_queue_decode(const json_t *object, struct findings *findings,
                          struct cluster_queue **out_queue);
void cluster_queue_destroy(struct cluster_queue *queue);
REFERENCE_DEFINE(cluster_queue)

/* The group that covers the resource, or NULL. */
const struct resource_group *cluster_queue_find_group(const struct cluster_queue *queue,
                                                      const char *resource);
