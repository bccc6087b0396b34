/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/admission_check.h"
#include "policy/objects/local_queue.h"
#include "policy/objects/priority_class.h"
#include "policy/rules/flavors.h"
#include "webhook/kinds/namespace.h"

struct admission_check_list ARRAY_OF(const struct admission_check *);
struct priority_class_list ARRAY_OF(const struct priority_class *);
struct local_queue_list ARRAY_OF(const struct local_queue *);
struct namespace_list ARRAY_OF(const struct namespace_info *);

/*
 * The queues, flavors and namespaces of the cluster as they stood at one moment. Immutable once
 * sealed, shared by reference; it holds references to all that it lists.
 */
struct directory {
    struct reference references;
    struct namespace_list namespaces;         /* by name */
    struct flavor_list flavors;               /* by name */
    struct cluster_queue_list cluster_queues; /* by name */
    struct local_queue_list local_queues;     /* by namespace, then name */
    struct cohort_list cohorts;
    struct admission_check_list admission_checks;
    struct priority_class_list workload_priority_classes;
    struct priority_class_list priority_classes;
    struct name_list flavors_without_nodes;
    const struct quota_forest *forest; /* made by the seal */
};

/* Empty. Fill it with the add functions, which take a reference of their own, then seal it. */
struct directory *directory_create(void);
void directory_add_namespace(struct directory *directory, const struct namespace_info *item);
void directory_add_flavor(struct directory *directory, const struct resource_flavor *item);
void directory_add_cluster_queue(struct directory *directory, const struct cluster_queue *item);
void directory_add_local_queue(struct directory *directory, const struct local_queue *item);
void directory_add_cohort(struct directory *directory, const struct cohort *item);
void directory_add_admission_check(struct directory *directory, const struct admission_check *item);
void directory_add_priority_class(struct directory *directory, const struct priority_class *item,
                                  bool is_workload_class);
void directory_add_flavor_without_nodes(struct directory *directory, const char *flavor);
void directory_seal(struct directory *directory);
void directory_destroy(struct directory *directory);
REFERENCE_DEFINE(directory)

/* NULL if there is none of that name. Borrowed. */
const struct namespace_info *directory_find_namespace(const struct directory *directory,
                                                      const char *name);
const struct cluster_queue *directory_find_cluster_queue(const struct directory *directory,
                                                         const char *name);
const struct local_queue *directory_find_local_queue(const struct directory *directory,
                                                     const char *namespace_name, const char *name);

const struct admission_check *directory_find_admission_check(const struct directory *directory,
                                                             const char *name);

/* The priority of a workload (kueue-api.md §3.10): of its WorkloadPriorityClass, else of the
 * PriorityClass of its pods, else of the cluster's default class, else 0. Either name may be NULL;
 * a class that does not exist counts as not named. */
int64_t directory_find_priority(const struct directory *directory, const char *workload_class,
                                const char *pod_class);

enum queue_resolution {
    QUEUE_RESOLVED,
    QUEUE_MISSING,    /* the label names a LocalQueue that does not exist */
    QUEUE_UNRESOLVED, /* no label, and the namespace has no default */
};

/*
 * The LocalQueue of an object: the one that its label names; else the one annotated as default;
 * else the one called `default`; else the only one of the namespace. *out_queue is borrowed and
 * set only if resolved.
 */
enum queue_resolution directory_resolve_queue(const struct directory *directory,
                                              const char *namespace_name, const char *label,
                                              const struct local_queue **out_queue);
