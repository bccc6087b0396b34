/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/reference.h"
#include "policy/objects/findings.h"
#include <jansson.h>
#include <stdint.h>

/* scheduling.k8s.io PriorityClass or kueue.x-k8s.io WorkloadPriorityClass: a name for a priority.
 * Immutable once decoded. */
struct priority_class {
    struct reference references;
    char *name;
    int32_t value;
    bool is_global_default; /* of a PriorityClass only */
};

bool priority_class_decode(const json_t *object, struct findings *findings,
                           struct priority_class **out_class);
void priority_class_destroy(struct priority_class *class);
REFERENCE_DEFINE(priority_class)
