/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/preemption_candidates.h"

#include "policy/rules/saturating.h"

/* How the preemptor stands to all the others. */
struct standing {
    const struct preemption_state *state;
    const struct preemptor *preemptor;
    const struct preemption_rules *rules; /* of its queue */
    int home; /* the lowest node at or above its queue that needs to borrow nothing for it */
};

static int parent_of(const struct quota_tree *tree, int node)
{
    return tree->nodes.items[node].parent;
}

/* Parents have smaller numbers than their children. */
static int find_meeting(const struct quota_tree *tree, int left, int right)
{
    while (left != right) {
        if (left > right) {
            left = parent_of(tree, left);
        } else {
            right = parent_of(tree, right);
        }
    }
    return left;
}

static bool suffices(const struct quota_usage *usage, const struct preemptor *preemptor, int node)
{
    array_for_each(item, preemptor->amounts) {
        int64_t charge = quota_usage_charge(usage, preemptor->node, node, item->cell, item->amount);
        int64_t used = saturating_add(quota_usage_get(usage, node, item->cell), charge);
        if (used > quota_tree_limit(usage->tree, node, item->cell)->subtree) {
            return false;
        }
    }
    return true;
}

static int find_home(const struct quota_usage *usage, const struct preemptor *preemptor)
{
    int node = preemptor->node;

    while (node != QUOTA_NO_PARENT && !suffices(usage, preemptor, node)) {
        node = parent_of(usage->tree, node);
    }
    return node;
}

static bool policy_allows(enum preemption_policy policy, const struct order_key *preemptor,
                          const struct order_key *holder)
{
    switch (policy) {
    case PREEMPTION_NEVER:
        return false;
    case PREEMPTION_LOWER_PRIORITY:
        return holder->priority < preemptor->priority;
    case PREEMPTION_LOWER_OR_NEWER_EQUAL_PRIORITY:
        return holder->priority < preemptor->priority ||
               (holder->priority == preemptor->priority &&
                holder->arrival_us > preemptor->arrival_us);
    case PREEMPTION_ANY:
        return true;
    }
    return false;
}

/* True if the preemptor may take the holder's place while it borrows itself. */
static bool gives_way_to_borrower(const struct standing *standing, const struct holder *holder)
{
    const struct preemption_rules *rules = standing->rules;

    return policy_allows(rules->borrow_within_cohort, &standing->preemptor->order,
                         &holder->order) &&
           (!rules->has_priority_threshold ||
            holder->order.priority <= rules->max_priority_threshold);
}

/* What the preemptor's side of the tree need not borrow is its right: its owner takes it back
 * without regard to what else it borrows. */
static void classify_other(const struct standing *standing, struct preemption_candidate *candidate)
{
    if (standing->state->is_fair_sharing) {
        candidate->victim.reason = PREEMPTION_IN_COHORT_FAIR_SHARING;
    } else if (candidate->meets < standing->home) {
        candidate->victim.reason = PREEMPTION_IN_COHORT_RECLAMATION;
    } else if (gives_way_to_borrower(standing, candidate->holder)) {
        candidate->victim.reason = PREEMPTION_IN_COHORT_RECLAIM_WHILE_BORROWING;
    } else {
        candidate->victim.reason = PREEMPTION_IN_COHORT_RECLAMATION;
        candidate->is_reclaimable = true;
    }
}

static bool may_be_asked(const struct standing *standing, const struct holder *holder)
{
    bool is_own = holder->node == standing->preemptor->node;

    return !holder->is_protected && policy_allows(is_own ? standing->rules->within_cluster_queue
                                                         : standing->rules->reclaim_within_cohort,
                                                  &standing->preemptor->order, &holder->order);
}

static void append(const struct standing *standing, size_t number,
                   struct preemption_candidates *candidates)
{
    const struct preemptor *preemptor = standing->preemptor;
    struct preemption_candidate candidate = {
        .holder = &standing->state->holders->items[number],
        .victim = {number, PREEMPTION_IN_CLUSTER_QUEUE},
    };

    candidate.meets =
        find_meeting(standing->state->usage->tree, preemptor->node, candidate.holder->node);
    if (candidate.holder->node != preemptor->node) {
        classify_other(standing, &candidate);
    }
    if (candidate.holder->is_leaving) {
        candidate.is_reclaimable = false;
    }
    array_append(candidates, candidate);
}

/* Negative: `left` goes first. Who started or, in the same second, came last goes before others. */
static int compare_age(const struct holder *left, const struct holder *right)
{
    if (left->admitted_us != right->admitted_us) {
        return left->admitted_us > right->admitted_us ? -1 : 1;
    }
    if (left->order.arrival_us != right->order.arrival_us) {
        return left->order.arrival_us > right->order.arrival_us ? -1 : 1;
    }
    return strcmp(left->uid, right->uid);
}

static int compare(const void *left_item, const void *right_item)
{
    const struct preemption_candidate *left = left_item;
    const struct preemption_candidate *right = right_item;

    if (left->holder->is_leaving != right->holder->is_leaving) {
        return left->holder->is_leaving ? -1 : 1;
    }
    if (preemption_candidate_is_own(left) != preemption_candidate_is_own(right)) {
        return preemption_candidate_is_own(left) ? 1 : -1;
    }
    if (left->holder->order.priority != right->holder->order.priority) {
        return left->holder->order.priority < right->holder->order.priority ? -1 : 1;
    }
    return compare_age(left->holder, right->holder);
}

void preemption_candidates_find(const struct preemption_state *state,
                                const struct preemptor *preemptor,
                                const struct preemption_need *need,
                                struct preemption_candidates *out_candidates)
{
    const struct standing standing = {
        .state = state,
        .preemptor = preemptor,
        .rules = &state->usage->tree->nodes.items[preemptor->node].queue->preemption,
        .home = find_home(state->usage, preemptor),
    };

    memset(out_candidates, 0, sizeof *out_candidates);
    for (size_t i = 0; i < state->holders->count; i++) {
        const struct holder *holder = &state->holders->items[i];
        if ((holder->is_leaving || may_be_asked(&standing, holder)) &&
            preemption_need_is_met_by(need, holder)) {
            append(&standing, i, out_candidates);
        }
    }
    if (out_candidates->count > 0) {
        qsort(out_candidates->items, out_candidates->count, sizeof *out_candidates->items, compare);
    }
}

bool preemption_candidate_is_own(const struct preemption_candidate *candidate)
{
    return candidate->victim.reason == PREEMPTION_IN_CLUSTER_QUEUE;
}

bool preemption_candidate_has_borrowed(const struct preemption_candidate *candidate,
                                       const struct preemption_need *need,
                                       const struct quota_usage *usage)
{
    array_for_each(needed, &need->cells) {
        int node = candidate->holder->node;
        if (preemption_need_count(candidate->holder, needed->cell) == 0) {
            continue;
        }
        while (node != candidate->meets && quota_usage_is_borrowing(usage, node, needed->cell)) {
            node = parent_of(usage->tree, node);
        }
        if (node == candidate->meets) {
            return true;
        }
    }
    return false;
}
