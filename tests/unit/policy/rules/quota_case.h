/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/unit/policy/rules/quota_draft.h"

/* A ClusterQueue ("a", "b" …) or an object of a Cohort ("A", "B" …). */
struct case_owner {
    const char *name;
    const char *above; /* its Cohort or parent; NULL: none */
    bool is_queue;
    int64_t weight_milli;
};

struct case_quota {
    const char *owner;
    struct quota_cell cell;
    int64_t nominal;
    int64_t borrowing; /* UNSET: no limit */
    int64_t lending;
};

/* A ClusterQueue takes amounts of a flavor, or gives back what it took before. */
struct case_step {
    int number;
    int gives_back; /* the number of the step; 0: it takes */
    const char *queue;
    const char *flavor;
    int64_t cpu;
    int64_t gpu;
};

/* A cluster and what happens in it, as lists from which anything may be dropped: what is about
 * something that is not there is passed over. Embedded in its owner. */
struct quota_case {
    struct case_owners ARRAY_OF(struct case_owner) owners;
    struct case_quotas ARRAY_OF(struct case_quota) quotas;
    struct case_steps ARRAY_OF(struct case_step) steps;
};

/* Numbers that follow from the seed. */
struct dice {
    uint64_t state;
};

uint64_t dice_roll(struct dice *dice, uint64_t sides); /* below `sides` */

/* The names that cases are made of. */
extern const char *const case_queues[6];
extern const char *const case_cohorts[6];
extern const char *const case_flavors[2];

void quota_case_init(struct quota_case *random, uint64_t seed);
void quota_case_release(struct quota_case *used);

/* Drops whatever the case fails without. */
void quota_case_shrink(struct quota_case *failing, bool (*fails)(const struct quota_case *));

/* For a person to read. Owned. */
char *quota_case_format(const struct quota_case *shown);

/* Its ClusterQueues and Cohorts. */
void quota_case_draft(const struct quota_case *drafted, struct quota_draft *out_draft);

MEMORY_DEFINE_AUTO_RELEASE(quota_case)
#define auto_quota_case __attribute__((cleanup(quota_case_auto_release)))
