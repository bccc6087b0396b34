/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/admission.h"
#include "policy/rules/flavors_match.h"
#include "policy/rules/preemption.h"
#include "policy/rules/verdict.h"

enum assignment_mode {
    ASSIGNMENT_NEVER, /* cannot fit until something changes */
    ASSIGNMENT_WAITS,
    ASSIGNMENT_PREEMPTS, /* fits once the victims are gone */
    ASSIGNMENT_FITS,
};

/* Pods of one pod set on nodes of a flavor. */
struct assigned_place {
    const struct resource_flavor *flavor;
    const struct pod_set *set;
    int64_t count;
    struct placement_picks picks; /* empty while victims hold the place */
};

struct assigned_places ARRAY_OF(struct assigned_place);

/* The flavors for all pod sets, and what stands in the way where there are none. Embedded in its
 * owner and valid when zeroed. */
struct assignment {
    enum assignment_mode mode;
    int borrowing_level;          /* quota_usage_borrowing_level */
    struct admission *admission;  /* if it fits or preempts; workload and local queue are empty */
    struct quota_amounts amounts; /* what it takes; while it waits, of the flavors that it would
                                     take */
    struct assigned_places places;
    struct victim_list victims;
    struct verdict verdict;
    struct shortages shortages;
};

/* An admission by the queue with no pod set in it; its workload and local queue are empty. */
struct admission *assignment_create_admission(const struct cluster_queue *queue);

void assigned_places_release(struct assigned_places *places);
void assignment_release(struct assignment *assignment);

/* Gives the verdict the words for its shortages. */
void assignment_explain(struct assignment *assignment);

MEMORY_DEFINE_AUTO_RELEASE(assignment)
#define auto_assignment __attribute__((cleanup(assignment_auto_release)))
