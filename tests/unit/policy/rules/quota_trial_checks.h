/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/unit/policy/rules/quota_case.h"
#include "tests/unit/policy/rules/quota_oracle.h"

/* The same cluster in both implementations, and the first thing in which they differ. */
struct quota_trial {
    struct quota_draft draft;
    struct quota_forest *forest;
    struct trial_usages ARRAY_OF(struct quota_usage) usages; /* by tree */
    struct quota_oracle oracle;
    struct trial_steps ARRAY_OF(const struct case_step *) held; /* not given back yet */
    struct dice dice;
    struct text difference; /* empty: none so far */
};

/* A ClusterQueue or Cohort in both. */
struct quota_place {
    struct quota_usage *usage;
    int node;
    struct oracle_node name;
};

struct quota_place quota_trial_place(const struct quota_trial *trial, const char *queue);

/* Compares a little, more now and then: it is the number of states that finds things. */
void quota_trial_check_somewhere(struct quota_trial *trial, const struct quota_place *touched);
void quota_trial_check_everywhere(struct quota_trial *trial);
