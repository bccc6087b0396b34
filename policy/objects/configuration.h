/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "base/array.h"
#include "base/reference.h"
#include "policy/objects/findings.h"

#define CONFIGURATION_API_VERSION "config.gpuaas.dev/v1alpha1"
#define CONFIGURATION_KIND "Configuration"

struct name_list ARRAY_OF(char *);

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
