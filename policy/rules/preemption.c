/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/preemption.h"

#include "policy/rules/preemption_places.h"
#include "policy/rules/preemption_shares.h"

/* The first who may be asked. */
static struct preemption_candidate *find_first(struct preemption_search *search)
{
    array_for_each(candidate, &search->candidates) {
        if (preemption_search_may_take(search, candidate)) {
            return candidate;
        }
        if (candidate->state == CANDIDATE_OPEN) {
            candidate->state = CANDIDATE_OUT; /* its queue never borrows more than now */
        }
    }
    return NULL;
}

static struct preemption_candidate *find_next(struct preemption_search *search)
{
    return search->is_fair_sharing ? preemption_shares_next(search) : find_first(search);
}

/* Nobody need be asked if it were not enough that all went. */
static bool is_hopeless(struct preemption_search *search)
{
    array_for_each(candidate, &search->candidates) {
        if (candidate->state == CANDIDATE_OPEN) {
            preemption_search_take(search, candidate);
        }
    }
    bool is_enough = preemption_search_reaches(search, NULL);
    preemption_search_undo(search, 0);
    return !is_enough;
}

static void take_leaving(struct preemption_search *search)
{
    array_for_each(candidate, &search->candidates) {
        if (candidate->holder->is_leaving) {
            preemption_search_take(search, candidate);
        }
    }
}

/* Places before quota: who goes for a place gives quota back, too, but not the other way round. */
static bool take_victims(struct preemption_search *search)
{
    take_leaving(search);
    if (!preemption_trial_has_places(&search->trial)) {
        preemption_places_make_room(search);
    }
    while (!preemption_search_reaches(search, NULL)) {
        struct preemption_candidate *candidate = find_next(search);
        if (candidate == NULL) {
            return false;
        }
        preemption_search_take(search, candidate);
    }
    return true;
}

/* True if the preemptor has a right to all who are taken even if it borrows. */
static bool needs_no_claim(const struct preemption_search *search)
{
    array_for_each(candidate, &search->taken) {
        if ((*candidate)->is_reclaimable) {
            return false;
        }
    }
    return true;
}

/* Finds victims for a preemptor that may end above its queue's own quota, or may not. */
static bool attempt(struct preemption_search *search, bool may_borrow)
{
    preemption_search_open(search, may_borrow);
    if (is_hopeless(search)) {
        return false;
    }
    if (!take_victims(search)) {
        preemption_search_undo(search, 0);
        return false;
    }
    preemption_search_spare(search, 0, NULL);
    if (!may_borrow && needs_no_claim(search)) { /* then fewer of its own may do */
        search->trial.may_borrow = true;
        preemption_search_spare(search, 0, NULL);
    }
    return true;
}

static bool has_advantage(const struct preemption_candidate *candidate)
{
    return candidate->victim.reason == PREEMPTION_IN_COHORT_RECLAMATION &&
           !candidate->is_reclaimable && !candidate->holder->is_leaving;
}

/* True if the queue has some of its own quota of all that is needed left. */
static bool is_under_nominal(const struct preemption_search *search)
{
    const struct quota_usage *usage = &search->trial.usage;
    int node = search->preemptor->node;

    array_for_each(needed, &search->need.cells) {
        if (quota_usage_get(usage, node, needed->cell) >=
            quota_tree_limit(usage->tree, node, needed->cell)->nominal) {
            return false;
        }
    }
    return true;
}

/* A queue that may not make others give way while it borrows, and still has quota of its own,
 * reclaims that first. */
static bool borrows_first(const struct preemption_search *search)
{
    const struct quota_tree *tree = search->trial.usage.tree;
    const struct cluster_queue *queue = tree->nodes.items[search->preemptor->node].queue;

    array_for_each(candidate, &search->candidates) {
        if (has_advantage(candidate)) {
            return true;
        }
    }
    return queue->preemption.borrow_within_cohort != PREEMPTION_NEVER || !is_under_nominal(search);
}

static bool has_reclaimable(const struct preemption_search *search)
{
    array_for_each(candidate, &search->candidates) {
        if (candidate->is_reclaimable) {
            return true;
        }
    }
    return false;
}

static bool find_victims(struct preemption_search *search)
{
    if (preemption_search_reaches(search, NULL)) {
        return true;
    }
    if (!has_reclaimable(search)) {
        return attempt(search, true);
    }
    bool may_borrow = borrows_first(search);
    return attempt(search, may_borrow) || attempt(search, !may_borrow);
}

bool preemption_find_victims(const struct preemption_state *state,
                             const struct preemptor *preemptor, struct victim_list *out_victims)
{
    struct preemption_search search;

    memset(out_victims, 0, sizeof *out_victims);
    preemption_search_init(&search, state, preemptor);
    bool is_found = find_victims(&search);
    if (is_found) {
        array_for_each(candidate, &search.taken) {
            array_append(out_victims, (*candidate)->victim);
        }
    }
    preemption_search_release(&search);
    return is_found;
}

bool preemption_is_possible(const struct cluster_queue *queue, bool is_fair_sharing)
{
    (void)is_fair_sharing; /* by which shares decide whom these policies let it ask */
    return queue->preemption.within_cluster_queue != PREEMPTION_NEVER ||
           queue->preemption.reclaim_within_cohort != PREEMPTION_NEVER;
}

static const struct reason_words {
    const char *name;
    const char *phrase;
} reasons[] = {
    [PREEMPTION_IN_CLUSTER_QUEUE] = {"InClusterQueue", "prioritization in the ClusterQueue"},
    [PREEMPTION_IN_COHORT_RECLAMATION] = {"InCohortReclamation", "reclamation within the cohort"},
    [PREEMPTION_IN_COHORT_FAIR_SHARING] = {"InCohortFairSharing", "Fair Sharing within the cohort"},
    [PREEMPTION_IN_COHORT_RECLAIM_WHILE_BORROWING] =
        {"InCohortReclaimWhileBorrowing", "reclamation within the cohort while borrowing"},
};

const char *preemption_reason_name(enum preemption_reason reason)
{
    return reasons[reason].name;
}

const char *preemption_reason_phrase(enum preemption_reason reason)
{
    return reasons[reason].phrase;
}
