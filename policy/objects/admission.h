/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"

struct flavor_assignment {
    char *resource;
    char *flavor;
    int64_t amount; /* of one pod */
};

struct pod_set_admission {
    char *name;
    int64_t count;
    struct flavor_assignment_list ARRAY_OF(struct flavor_assignment) assignments;
};

/* What a workload was admitted with: which queue pays, and the flavor of each resource. */
struct admission {
    char *workload_uid;
    char *cluster_queue;
    char *local_queue;
    struct pod_set_admission_list ARRAY_OF(struct pod_set_admission) pod_sets;
};

void admission_destroy(struct admission *admission);
struct admission *admission_copy(const struct admission *admission);

/* An admission of one pod of the set, for a child. `set` is of the admission. */
struct admission *admission_copy_for_pod(const struct admission *admission,
                                         const struct pod_set_admission *set);

/* NULL if there is none of that name. */
const struct pod_set_admission *admission_find_pod_set(const struct admission *admission,
                                                       const char *name);

/* The compact JSON of the annotation gpuaas.dev/admission and of grants in the Lease. */
json_t *admission_encode(const struct admission *admission);
must_check bool admission_decode(const json_t *value, struct admission **out_admission,
                                 struct error *error);

/* Workload.status.admission (kueue-api.md §3.4): amounts are totals of all pods of a set. */
json_t *admission_encode_status(const struct admission *admission);
must_check bool admission_decode_status(const json_t *status_admission,
                                        struct admission **out_admission, struct error *error);

MEMORY_DEFINE_AUTO(admission)
#define auto_admission __attribute__((cleanup(admission_auto_destroy)))
