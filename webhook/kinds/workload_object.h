/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/kinds/check_status.h"
#include "webhook/kinds/condition.h"
#include "webhook/kinds/object.h"

/* Where a priority class comes from, in v1beta1's words. */
#define PRIORITY_SOURCE_WORKLOAD "kueue.x-k8s.io/workloadpriorityclass"
#define PRIORITY_SOURCE_POD "scheduling.k8s.io/priorityclass"

/* As v1beta1 spells it. */
#define WORKLOAD_PAST_EXECUTION "accumulatedPastExexcutionTimeSeconds"

/* A kueue.x-k8s.io Workload as stored: what it says of its owner, and what was last written. */
struct workload_object {
    char *uid;
    char *namespace_name;
    char *name;
    uint64_t resource_version;
    int64_t generation;
    char *owner_uid; /* of the controller ownerReference; NULL: none */
    char *queue_name;
    int64_t arrival_us; /* copied from the owner; 0: none */
    bool is_deleting;
    bool is_active;
    int64_t priority;
    char *priority_class;              /* spec.priorityClassName; NULL: none */
    char *priority_class_source;       /* PRIORITY_SOURCE_…; NULL: none */
    int64_t maximum_execution_seconds; /* 0: no limit */
    struct pod_set_list pod_sets;
    uint64_t shape;
    struct admission *admission; /* status; NULL: none */
    struct condition_list conditions;
    struct check_status_list checks;
    int64_t past_execution_seconds; /* of earlier admissions */
    int64_t requeue_count;          /* status.requeueState */
    int64_t requeue_at_us;          /* 0: at once */
};

must_check bool workload_object_decode(const json_t *json, struct workload_object **out_object,
                                       struct error *error);
void workload_object_destroy(struct workload_object *object);
