/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/policy/rules/preemption_oracle.h"

static const struct holder *holder_of(const struct preemption_oracle *oracle, unsigned number)
{
    return &oracle->draw->holders.items[number];
}

static unsigned holder_count(const struct preemption_oracle *oracle)
{
    return (unsigned)oracle->draw->holders.count;
}

static bool has(unsigned set, unsigned number)
{
    return (set >> number & 1U) != 0;
}

static bool holds(const struct holder *holder, int cell)
{
    array_for_each(item, &holder->amounts) {
        if (item->cell == cell && item->amount > 0) {
            return true;
        }
    }
    return false;
}

static bool is_usable(const struct preemption_draw *draw, int node)
{
    return draw->placement.nodes.items[node].is_ready &&
           draw->placement.nodes.items[node].labels.count > 0;
}

static int64_t count_free(const struct preemption_oracle *oracle, unsigned gone, int node)
{
    int64_t gpus = resources_get(&oracle->draw->placement.nodes.items[node].allocatable, "gpu");

    for (unsigned i = 0; i < holder_count(oracle); i++) {
        array_for_each(place, &holder_of(oracle, i)->places) {
            if (!has(gone, i) && place->picks.items[0].node == node) {
                gpus -= resources_get(&place->requests, "gpu");
            }
        }
    }
    return gpus > 0 ? gpus : 0;
}

static bool has_places(const struct preemption_oracle *oracle, unsigned gone)
{
    const struct preemption_draw *draw = oracle->draw;
    int64_t pods = 0;

    for (int node = 0; node < (int)draw->placement.nodes.count; node++) {
        if (is_usable(draw, node)) {
            pods += count_free(oracle, gone, node) / resources_get(&draw->set.requests, "gpu");
        }
    }
    return !draw->counts_places || pods >= draw->set.count;
}

/* True if the node keeps within what it and all below it bring in, the preemptor counted. */
static bool is_within_quota(const struct preemption_oracle *oracle, unsigned gone, int node)
{
    const struct preemptor *preemptor = &oracle->draw->preemptor;
    struct quota_usage usage;
    bool is_within = true;

    quota_usage_copy(&oracle->usages[gone], &usage);
    quota_usage_add(&usage, preemptor->node, preemptor->amounts);
    array_for_each(item, preemptor->amounts) {
        is_within = is_within && quota_usage_get(&usage, node, item->cell) <=
                                     quota_tree_limit(usage.tree, node, item->cell)->subtree;
    }
    quota_usage_release(&usage);
    return is_within;
}

bool preemption_oracle_suffices(const struct preemption_oracle *oracle, unsigned gone,
                                bool may_borrow)
{
    const struct preemptor *preemptor = &oracle->draw->preemptor;

    return quota_usage_fits(&oracle->usages[gone], preemptor->node, preemptor->amounts) &&
           (may_borrow || is_within_quota(oracle, gone, preemptor->node)) &&
           has_places(oracle, gone);
}

static bool is_short(const struct preemption_oracle *oracle, const struct quota_amount *asked)
{
    return asked->amount >
           quota_usage_available(&oracle->usages[0], oracle->draw->preemptor.node, asked->cell);
}

static bool is_needed(const struct preemption_oracle *oracle, unsigned number)
{
    const struct holder *holder = holder_of(oracle, number);

    array_for_each(asked, &oracle->draw->amounts) {
        if (is_short(oracle, asked) && holds(holder, asked->cell)) {
            return true;
        }
    }
    return !has_places(oracle, 0) && holder->places.count > 0 &&
           is_usable(oracle->draw, holder->places.items[0].picks.items[0].node);
}

void preemption_oracle_init(struct preemption_oracle *oracle, const struct preemption_draw *draw)
{
    memset(oracle, 0, sizeof *oracle);
    oracle->draw = draw;
    for (unsigned gone = 0; gone < 1U << holder_count(oracle); gone++) {
        quota_usage_init(&oracle->usages[gone], draw->usage.tree);
        for (unsigned i = 0; i < holder_count(oracle); i++) {
            if (!has(gone, i)) {
                quota_usage_add(&oracle->usages[gone], draw->holders.items[i].node,
                                &draw->holders.items[i].amounts);
            }
        }
    }
    for (unsigned i = 0; i < holder_count(oracle); i++) {
        bool is_leaving = draw->holders.items[i].is_leaving && is_needed(oracle, i);
        oracle->leaving |= is_leaving ? 1U << i : 0;
    }
}

void preemption_oracle_release(struct preemption_oracle *oracle)
{
    for (size_t i = 0; i < ORACLE_SETS; i++) {
        quota_usage_release(&oracle->usages[i]);
    }
}

static int parent_of(const struct preemption_oracle *oracle, int node)
{
    return oracle->draw->usage.tree->nodes.items[node].parent;
}

static bool is_at_or_above(const struct preemption_oracle *oracle, int upper, int lower)
{
    while (lower != QUOTA_NO_PARENT && lower != upper) {
        lower = parent_of(oracle, lower);
    }
    return lower == upper;
}

/* True if some node above the preemptor, but not above the holder, has quota enough for it. */
static bool has_advantage(const struct preemption_oracle *oracle, const struct holder *holder)
{
    for (int node = oracle->draw->preemptor.node; !is_at_or_above(oracle, node, holder->node);
         node = parent_of(oracle, node)) {
        if (is_within_quota(oracle, 0, node)) {
            return true;
        }
    }
    return false;
}

static bool policy_allows(enum preemption_policy policy, const struct order_key *asking,
                          const struct order_key *asked)
{
    bool is_lower = asked->priority < asking->priority;
    bool is_newer = asked->priority == asking->priority && asked->arrival_us > asking->arrival_us;

    return policy == PREEMPTION_ANY || (policy != PREEMPTION_NEVER && is_lower) ||
           (policy == PREEMPTION_LOWER_OR_NEWER_EQUAL_PRIORITY && is_newer);
}

/* Of something asked, it holds what was borrowed from where the preemptor is, too. */
static bool has_borrowed(const struct preemption_oracle *oracle, unsigned gone,
                         const struct holder *holder)
{
    const struct quota_usage *usage = &oracle->usages[gone];

    array_for_each(asked, &oracle->draw->amounts) {
        bool has_all =
            holds(holder, asked->cell) && (is_short(oracle, asked) || !has_places(oracle, 0));
        for (int node = holder->node;
             has_all && !is_at_or_above(oracle, node, oracle->draw->preemptor.node);
             node = parent_of(oracle, node)) {
            has_all = quota_usage_get(usage, node, asked->cell) >
                      quota_tree_limit(usage->tree, node, asked->cell)->subtree;
        }
        if (has_all) {
            return true;
        }
    }
    return false;
}

static bool may_ever_be_asked(const struct preemption_oracle *oracle, unsigned number)
{
    const struct preemption_draw *draw = oracle->draw;
    const struct holder *holder = holder_of(oracle, number);
    const struct preemption_rules *rules =
        &draw->usage.tree->nodes.items[draw->preemptor.node].queue->preemption;
    bool is_own = holder->node == draw->preemptor.node;

    return !holder->is_leaving && !holder->is_protected && is_needed(oracle, number) &&
           policy_allows(is_own ? rules->within_cluster_queue : rules->reclaim_within_cohort,
                         &draw->preemptor.order, &holder->order);
}

bool preemption_oracle_is_reclaimable(const struct preemption_oracle *oracle, unsigned number)
{
    const struct holder *holder = holder_of(oracle, number);

    return !oracle->draw->is_fair_sharing && !holder->is_leaving &&
           holder->node != oracle->draw->preemptor.node && !has_advantage(oracle, holder);
}

static bool may_be_asked(const struct preemption_oracle *oracle, unsigned gone, unsigned number,
                         bool may_borrow)
{
    const struct holder *holder = holder_of(oracle, number);

    if (!may_ever_be_asked(oracle, number)) {
        return false;
    }
    return holder->node == oracle->draw->preemptor.node ||
           (has_borrowed(oracle, gone, holder) &&
            !(may_borrow && preemption_oracle_is_reclaimable(oracle, number)));
}

void preemption_oracle_find_allowed(const struct preemption_oracle *oracle, bool may_borrow,
                                    bool out_is_allowed[ORACLE_SETS])
{
    memset(out_is_allowed, 0, ORACLE_SETS * sizeof *out_is_allowed);
    out_is_allowed[oracle->leaving] = true;
    /* A set is larger than any set that is part of it. */
    for (unsigned gone = 0; gone < 1U << holder_count(oracle); gone++) {
        for (unsigned i = 0; out_is_allowed[gone] && i < holder_count(oracle); i++) {
            if (!has(gone, i) && may_be_asked(oracle, gone, i, may_borrow)) {
                out_is_allowed[gone | 1U << i] = true;
            }
        }
    }
}

static bool finds_any(const struct preemption_oracle *oracle, bool may_borrow)
{
    bool is_allowed[ORACLE_SETS];

    preemption_oracle_find_allowed(oracle, may_borrow, is_allowed);
    for (unsigned gone = 0; gone < 1U << holder_count(oracle); gone++) {
        if (is_allowed[gone] && preemption_oracle_suffices(oracle, gone, may_borrow)) {
            return true;
        }
    }
    return false;
}

bool preemption_oracle_finds_any(const struct preemption_oracle *oracle)
{
    return finds_any(oracle, true) || finds_any(oracle, false);
}

bool preemption_oracle_is_within_queue(const struct preemption_oracle *oracle)
{
    for (unsigned i = 0; i < holder_count(oracle); i++) {
        if (holder_of(oracle, i)->node != oracle->draw->preemptor.node &&
            may_ever_be_asked(oracle, i)) {
            return false;
        }
    }
    return true;
}
