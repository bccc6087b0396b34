/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/pod_spec.h"
#include "policy/objects/resources.h"

/* Pods of one shape inside a workload. */
struct pod_set {
    char *name;
    int64_t count;
    int64_t min_count;         /* the least that may start (partial admission); 0: all of it */
    struct resources requests; /* effective, of one pod */
    struct pod_spec spec;
};

struct pod_set_list ARRAY_OF(struct pod_set);

void pod_set_list_release(struct pod_set_list *list);

/* What so many pods of the set ask for together; saturates at INT64_MAX. */
int64_t pod_set_total(const struct pod_set *set, int64_t count, const char *resource);

/* Reads one pod set from a core/v1 PodSpec; an absurd quantity is an error that names its field
 * below `path`. */
must_check bool pod_set_list_append_decoded(struct pod_set_list *list, const char *name,
                                            int64_t count, const json_t *pod_spec, const char *path,
                                            struct error *error);

/* A hash of all that decides where the pods fit: equal pod sets have equal shapes. */
uint64_t pod_set_list_shape(const struct pod_set_list *list);
