/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/cohort.h"
#include "policy/objects/local_queue.h"
#include "policy/objects/priority_class.h"
#include "policy/rules/flavors.h"
#include "policy/simulate/mistakes.h"

/* The labels of a namespace, for namespaceSelector. */
struct policy_namespace {
    char *name;
    struct string_map labels;
};

/* All that decides, read from manifests. Embedded in its owner and valid when zeroed; immutable
 * once it is finished. */
struct policy_set {
    const struct configuration *configuration;
    struct flavor_list flavors;
    struct cluster_queue_list cluster_queues;
    struct cohort_list cohorts;
    struct policy_local_queues ARRAY_OF(const struct local_queue *) local_queues;
    struct policy_classes ARRAY_OF(const struct priority_class *) workload_classes;
    struct policy_classes pod_classes;
    struct policy_namespaces ARRAY_OF(struct policy_namespace) namespaces;
    size_t skipped_count; /* documents of other kinds */
};

void policy_set_release(struct policy_set *set);

/* Adds all objects of a YAML text; what is wrong in it goes to the mistakes. */
void policy_set_add_text(struct policy_set *set, const char *file, const char *text,
                         size_t size_bytes, struct mistakes *mistakes);

/* Puts the default Configuration in the place of none; tells it if there is no ClusterQueue. */
void policy_set_finish(struct policy_set *set, struct mistakes *mistakes);

/* NULL if there is none of that name. Borrowed. */
const struct cluster_queue *policy_set_find_cluster_queue(const struct policy_set *set,
                                                          const char *name);
const struct policy_namespace *policy_set_find_namespace(const struct policy_set *set,
                                                         const char *name);

MEMORY_DEFINE_AUTO_RELEASE(policy_set)
#define auto_policy_set __attribute__((cleanup(policy_set_auto_release)))
