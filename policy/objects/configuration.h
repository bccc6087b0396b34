/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "base/array.h"
#include "base/reference.h"
#include "policy/objects/findings.h"

#define CONFIGURATION_API_VERSION "config.gpuaas.dev/v1alpha1"
#define CONFIGURATION_KIND "Configuration"

struct name_list ARRAY_OF(char *);

/* waitForPodsReady: whose Pods are not ready in time gives its quota back and queues anew. */
struct pods_ready_rules {
    bool is_enabled;
    int64_t timeout_seconds;          /* from admission until all Pods are ready */
    int64_t recovery_timeout_seconds; /* after that, until a lost Pod is ready again; 0: for ever */
    bool blocks_admission;            /* nobody else starts meanwhile */
    bool requeues_by_eviction;        /* requeuingStrategy.timestamp: Eviction, not Creation */
    int64_t backoff_base_seconds;
    int64_t backoff_max_seconds;
    int64_t backoff_limit_count; /* -1: no limit */
};

/* Our own settings. Immutable once decoded; docs/configuration.md lists every field. */
struct configuration {
    struct reference references;
    /* Names under quota; a trailing `*` matches any ending ("nvidia.com/mig-*"). */
    struct name_list managed_resources;
    /* Usernames of the controllers whose Pods are children of their owner, by kind. */
    struct name_list statefulset_controllers;
    struct name_list replicaset_controllers;
    struct name_list job_controllers;
    /* Groups whose members may remove a gate. */
    struct name_list break_glass_groups;
    bool profile_selects_flavor;
    int successor_reservation_seconds; /* a gone StatefulSet Pod keeps its place for its successor
                                        */
    int relist_seconds;                /* quorum relist that repairs what a watch may have lost */
    int lease_duration_seconds;
    bool node_places;                /* a start needs nodes that have room, not only quota */
    bool backfill;                   /* what ends before the blocked head can start may pass it */
    bool fair_sharing;               /* order and preemption by dominant resource share */
    int64_t minimum_runtime_seconds; /* what has just started is not preempted */
    int64_t max_gpus_per_user;       /* of managed resources, in one ClusterQueue; 0: no cap */
    enum configuration_suspend_mode {
        SUSPEND_MODE_GATE, /* a Notebook waits by the gate on its Pod */
        SUSPEND_MODE_STOP, /* by the stop annotation */
    } suspend_mode;
    struct pods_ready_rules pods_ready;
    int http_threads; /* 0: one for each processor, at most 4 */
    enum configuration_log_level {
        CONFIGURATION_LOG_DEBUG,
        CONFIGURATION_LOG_INFO,
        CONFIGURATION_LOG_WARNING,
        CONFIGURATION_LOG_ERROR,
    } log_level;
};

/* NULL decodes to the defaults. Mistakes go to `findings`; false if there was any. */
bool configuration_decode(const json_t *object, struct findings *findings,
                          struct configuration **out_configuration);
void configuration_destroy(struct configuration *configuration);
REFERENCE_DEFINE(configuration)

/* True if the resource is under quota. */
bool configuration_manages(const struct configuration *configuration, const char *resource);
bool name_list_has(const struct name_list *list, const char *name);
