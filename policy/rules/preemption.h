/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/holder.h"

/* Why a victim goes; Kueue's reasons of the condition Preempted (kueue-api.md §3.3). */
enum preemption_reason {
    PREEMPTION_IN_CLUSTER_QUEUE,
    PREEMPTION_IN_COHORT_RECLAMATION,
    PREEMPTION_IN_COHORT_FAIR_SHARING,
    PREEMPTION_IN_COHORT_RECLAIM_WHILE_BORROWING,
};

struct victim {
    size_t holder; /* its number in the list */
    enum preemption_reason reason;
};

struct victim_list ARRAY_OF(struct victim);

/* Pods that the preemptor must find a place for, beside its quota. */
struct preemption_place {
    const struct resource_flavor *flavor;
    const struct pod_set *set;
    int64_t count;
};

struct preemption_places ARRAY_OF(struct preemption_place);

/* Who asks for room. */
struct preemptor {
    int node;
    struct order_key order;
    const struct quota_amounts *amounts;
    const struct preemption_places *places; /* NULL or empty: quota only */
};

/* The state of a tree as preemption sees it; borrowed. `placement` NULL: places do not count. */
struct preemption_state {
    const struct quota_usage *usage;
    const struct placement *placement;
    const struct holder_list *holders;
    bool is_fair_sharing;
};

/*
 * Finds a sufficient set of victims of whom nobody could stay, by Kueue's rules (kueue-api.md
 * §4.6): those already leaving first, then those of other queues, then the lowest priority, then
 * the newest; what turns out not to be needed is put back. Where places are short, whole nodes are
 * freed first, where the least is lost. False, and no victims, if no set suffices; true, and none,
 * if nobody need go.
 *
 * Protected holders are never asked. Those who are leaving already need not be: no policy bars
 * them, and nothing new is asked of them by being in the set.
 */
bool preemption_find_victims(const struct preemption_state *state,
                             const struct preemptor *preemptor, struct victim_list *out_victims);

/* True if there is any policy by which the ClusterQueue could take room from others, or from its
 * own: else nobody need look for victims. */
bool preemption_is_possible(const struct cluster_queue *queue, bool is_fair_sharing);

/* "InClusterQueue" and so on, and the words that Kueue's message has for it. */
const char *preemption_reason_name(enum preemption_reason reason);
const char *preemption_reason_phrase(enum preemption_reason reason);
