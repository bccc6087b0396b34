/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/cohort_pass.h"
#include "tests/fuzz/policy/rules/random_cluster.h"

enum { HOLDERS_MAX = 8, WAITING_MAX = 10, CAPS_MAX = 3, STRAYS_MAX = 2 };

#define RANDOM_NOW_US INT64_C(1000000)

/* Somebody holds quota who is no workload of ours. */
struct stray {
    int tree;
    int node;
    struct quota_amounts amounts;
};

/* A workload that waits. */
struct waiting {
    int tree;
    int node;
    struct pod_set_list pod_sets;
    struct candidate candidate;
};

/* One tree of quota: what is held there, and the pass that decides about those who wait. */
struct random_tree {
    struct quota_usage usage;
    struct holder_list holders;
    struct cohort_pass pass;
};

/*
 * A cluster in which some hold (running; terminating or children whose owner is gone: leaving; with
 * a grant that is open: on no node yet), and others wait. Embedded in its owner; not to be moved.
 */
struct random_state {
    struct random_cluster cluster;
    struct random_tree trees[QUEUES_MAX + COHORTS_MAX]; /* as in the forest */
    struct strays ARRAY_OF(struct stray) strays;
    struct waiting_list ARRAY_OF(struct waiting) waiting;
    struct gpu_cap caps[CAPS_MAX];
};

void random_state_init(struct random_state *state, struct byte_source *source);
void random_state_release(struct random_state *state);
