/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/admission_check.h"
#include "policy/objects/cluster_node.h"
#include "policy/objects/cohort.h"
#include "policy/objects/local_queue.h"
#include "policy/objects/priority_class.h"
#include "webhook/kinds/controller.h"
#include "webhook/kinds/kind.h"
#include "webhook/kinds/namespace.h"
#include "webhook/kinds/occupant.h"
#include "webhook/kinds/workload_object.h"

/* What we list and watch. */
enum resource {
    RESOURCE_NAMESPACE,
    RESOURCE_NODE,
    RESOURCE_FLAVOR,
    RESOURCE_CLUSTER_QUEUE,
    RESOURCE_LOCAL_QUEUE,
    RESOURCE_COHORT,
    RESOURCE_ADMISSION_CHECK,
    RESOURCE_WORKLOAD_PRIORITY_CLASS,
    RESOURCE_PRIORITY_CLASS,
    RESOURCE_STATEFULSET,
    RESOURCE_REPLICASET,
    RESOURCE_NOTEBOOK,
    RESOURCE_JOB,
    RESOURCE_POD,
    RESOURCE_WORKLOAD,
    RESOURCE_WATCHED_COUNT,
    RESOURCE_OCCUPANT = RESOURCE_WATCHED_COUNT, /* a Pod of others that takes room on a node */
    RESOURCE_COUNT,
};

/* A policy object that the API server accepted, and perhaps we cannot use. */
struct policy_item {
    char *uid;
    char *name;
    char *namespace_name; /* of a LocalQueue */
    char *mistake;        /* why it cannot be used; NULL: it can */
    int64_t generation;
    const struct resource_flavor *flavor;
    const struct cluster_queue *cluster_queue;
    const struct local_queue *local_queue;
    const struct cohort *cohort;
    const struct admission_check *admission_check;
    const struct priority_class *priority_class; /* of both kinds */
};

/* One decoded object of the API server. */
struct item {
    enum resource resource;
    char *key; /* uid of what runs; name, or namespace/name, of what is looked up by name */
    union {
        const struct namespace_info *namespace_info;
        struct cluster_node *node;
        struct policy_item *policy;
        struct controller *controller;
        struct object *object;
        struct workload_object *workload;
        struct occupant *occupant;
    };
};

/* The API path of a resource's collection, and whether its CRD may be absent. */
const char *resource_path(enum resource resource);
bool resource_is_optional(enum resource resource);
bool resource_is_object(enum resource resource);

/* True for what an administrator writes: queues, flavors, cohorts, classes, checks. */
bool resource_is_policy(enum resource resource);

/* The key under which an object is kept, owned; NULL if it lacks a name. */
char *item_key(enum resource resource, const json_t *json);

/* NULL if the object does not concern us or cannot be read. A Pod that does not concern us but is
 * bound to a node comes as an occupant. */
struct item *item_decode(enum resource resource, const struct configuration *configuration,
                         const json_t *json);
void item_destroy(struct item *item);
