/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/fuzz/policy/rules/quota_law.h"
#include "tests/fuzz/policy/rules/random_state.h"

/* One pass over one tree: how things were before it, and what came of it. */
struct pass_trial {
    const struct random_state *state;
    const struct random_tree *tree;
    const struct cohort_pass *pass;
    struct quota_law before;
    struct quota_law after;
    struct placement places_before;
    struct gpu_cap caps_before[CAPS_MAX];
    struct holder_list staying; /* those who hold and are nobody's victim; borrows from them */
    bool has_starts;
    size_t preemptor_count;
};

/* Notes how things are; runs the pass; notes what came of it. */
void pass_trial_run(struct pass_trial *trial, struct random_state *state, size_t tree);
void pass_trial_release(struct pass_trial *trial);

/* What an admission takes, by the cells of the tree, in its own words. */
void pass_trial_charge(struct quota_law *law, int node, const struct admission *admission);

/* True if the candidate waits for somebody to let go, and not for a cap of its own: he bars others
 * in a StrictFIFO queue. */
bool pass_trial_is_waiting(const struct candidate *candidate);

/* True if victims must go for him; then his room is promised to him. */
bool pass_trial_is_preempting(const struct candidate *candidate);

/* True if the line counts places. */
bool pass_trial_counts_places(const struct pass_trial *trial, const struct candidate_line *line);

/* False if flavors are looked for more than once, which is done by pod set and in order: then what
 * is given to the first may be in the way of the second, and more room is not always better. */
bool pass_trial_is_monotonic(const struct candidate *candidate);

/* How the candidate fares as things stand in the state, of which the line and what is particular to
 * it are filled in here. */
enum assignment_mode pass_trial_try(const struct pass_trial *trial,
                                    const struct candidate_line *line,
                                    const struct candidate *candidate, struct flavor_state state);

/* Promise 1: quota and nodes are never overdrawn by what starts; admissions say what was asked. */
void check_quota(const struct pass_trial *trial);
void check_places(const struct pass_trial *trial);
void check_answers(const struct pass_trial *trial);

/* Promise 2: exact order. */
void check_order(const struct pass_trial *trial);

/* Promise 3: who did not start does not fit, and who can never fit bars nobody. */
void check_waiting(const struct pass_trial *trial);

/* Victims obey policy, suffice, and are needed. */
void check_victims(const struct pass_trial *trial);
