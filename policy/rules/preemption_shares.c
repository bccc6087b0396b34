/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/preemption_shares.h"

#include "policy/rules/fair_share.h"

/* Negative: the preemptor's queue has the smaller share, with what it asks. */
static int compare_with_preemptor(const struct preemption_search *search,
                                  const struct preemption_candidate *candidate)
{
    const struct preemptor *preemptor = search->preemptor;

    return fair_share_compare(&search->trial.usage, preemptor->node, preemptor->amounts,
                              candidate->holder->node, NULL);
}

static bool is_less_or_equal_to_final_share(struct preemption_search *search,
                                            const struct preemption_candidate *candidate)
{
    preemption_trial_remove(&search->trial, candidate->holder);
    bool is_allowed = compare_with_preemptor(search, candidate) <= 0;
    preemption_trial_restore(&search->trial, candidate->holder);
    return is_allowed;
}

static bool is_less_than_initial_share(const struct preemption_search *search,
                                       const struct preemption_candidate *candidate)
{
    return compare_with_preemptor(search, candidate) < 0;
}

bool preemption_shares_allow(struct preemption_search *search,
                             const struct preemption_candidate *candidate)
{
    return is_less_or_equal_to_final_share(search, candidate) ||
           is_less_than_initial_share(search, candidate);
}

/* Its own queue counts with what it asks. */
static const struct quota_amounts *more_of(const struct preemption_search *search, int node)
{
    return node == search->preemptor->node ? search->preemptor->amounts : NULL;
}

static bool has_larger_share(const struct preemption_search *search, int node, int other)
{
    return fair_share_compare(&search->trial.usage, node, more_of(search, node), other,
                              more_of(search, other)) > 0;
}

/* The first of those in this state whose queue has the largest share. */
static struct preemption_candidate *find_largest(const struct preemption_search *search,
                                                 enum candidate_state state)
{
    struct preemption_candidate *largest = NULL;
    bool *is_seen = memory_allocate(search->trial.usage.tree->nodes.count * sizeof *is_seen);

    array_for_each(candidate, &search->candidates) {
        int node = candidate->holder->node;
        if (candidate->state != state || is_seen[node]) {
            continue;
        }
        is_seen[node] = true;
        if (largest == NULL || has_larger_share(search, node, largest->holder->node)) {
            largest = candidate;
        }
    }
    free(is_seen);
    return largest;
}

static bool has_borrowed(const struct preemption_search *search,
                         const struct preemption_candidate *candidate)
{
    return preemption_candidate_has_borrowed(candidate, &search->need, &search->trial.usage);
}

struct preemption_candidate *preemption_shares_next(struct preemption_search *search)
{
    struct preemption_candidate *candidate;

    while ((candidate = find_largest(search, CANDIDATE_OPEN)) != NULL) {
        if (preemption_candidate_is_own(candidate)) {
            return candidate;
        }
        if (!has_borrowed(search, candidate)) {
            candidate->state = CANDIDATE_OUT;
        } else if (is_less_or_equal_to_final_share(search, candidate)) {
            return candidate;
        } else {
            candidate->state = CANDIDATE_REFUSED;
        }
    }
    while ((candidate = find_largest(search, CANDIDATE_REFUSED)) != NULL) {
        if (has_borrowed(search, candidate) && is_less_than_initial_share(search, candidate)) {
            return candidate;
        }
        candidate->state = CANDIDATE_OUT;
    }
    return NULL;
}
