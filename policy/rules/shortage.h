/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "base/array.h"
#include "base/memory.h"

/* One thing that stands in the way: what was asked of a flavor, and what it has. */
struct shortage {
    enum shortage_kind {
        SHORTAGE_QUOTA,     /* not enough is unused */
        SHORTAGE_MAXIMUM,   /* more than the queue could ever hold */
        SHORTAGE_MISMATCH,  /* the pods may not run there: `detail` */
        SHORTAGE_UNCOVERED, /* no group of the queue has the resource */
        SHORTAGE_PLACE,     /* enough quota, but not on nodes where the pods fit */
        SHORTAGE_TOO_LARGE, /* the pods do not fit even on empty nodes */
        SHORTAGE_NO_NODES,  /* the flavor has no ready node for the pods */
        SHORTAGE_CAP,       /* the user or LocalQueue in `detail` holds as much as it may */
    } kind;
    char *pod_set;     /* NULL: the workload as a whole */
    char *flavor;      /* NULL: none */
    char *resource;    /* NULL: none */
    int64_t asked;     /* by the whole pod set; for places by one pod */
    int64_t taken;     /* of the same by the pod sets before it */
    int64_t available; /* now, after `taken`; for places in all */
    int64_t maximum;   /* ever; for places most on one node */
    int64_t nodes;     /* for places */
    char *detail;      /* NULL: none */
};

struct shortages ARRAY_OF(struct shortage);

void shortages_release(struct shortages *shortages);

/* Forgets what was appended after the first `count`. */
void shortages_truncate(struct shortages *shortages, size_t count);

/* Kueue's words for the condition (kueue-api.md §5.1): "couldn't assign flavors to pod set main:
 * insufficient unused quota for nvidia.com/gpu in flavor a, 1 more needed". Owned; NULL if there is
 * no shortage. */
char *shortages_format_message(const struct shortages *shortages);

/* For the user at the prompt: "4 nvidia.com/gpu needed, 1 of 4 free in a". Owned; NULL if there is
 * nothing to add to the message. */
char *shortages_format_advice(const struct shortages *shortages);

MEMORY_DEFINE_AUTO_RELEASE(shortages)
#define auto_shortages __attribute__((cleanup(shortages_auto_release)))
