/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/policy/rules/what_if.h"

static const struct holder *holder_of(const struct pass_trial *trial, const struct victim *victim)
{
    fuzz_expect(victim->holder < trial->tree->holders.count, "victim %zu", victim->holder);
    return &trial->tree->holders.items[victim->holder];
}

static bool is_lower(const struct holder *holder, const struct candidate *preemptor)
{
    return holder->order.priority < preemptor->order.priority;
}

static bool policy_allows(enum preemption_policy policy, const struct holder *holder,
                          const struct candidate *preemptor)
{
    bool is_equal = holder->order.priority == preemptor->order.priority;

    return policy == PREEMPTION_ANY ||
           (policy != PREEMPTION_NEVER && is_lower(holder, preemptor)) ||
           (policy == PREEMPTION_LOWER_OR_NEWER_EQUAL_PRIORITY && is_equal &&
            holder->order.arrival_us > preemptor->order.arrival_us);
}

/* On the ground that is told. */
static bool reason_allows(const struct pass_trial *trial, const struct candidate_line *line,
                          const struct candidate *preemptor, const struct victim *victim)
{
    const struct holder *holder = holder_of(trial, victim);
    const struct preemption_rules *rules = &line->queue->preemption;
    bool is_own = holder->node == line->node;

    switch (victim->reason) {
    case PREEMPTION_IN_CLUSTER_QUEUE:
        return is_own && policy_allows(rules->within_cluster_queue, holder, preemptor);
    case PREEMPTION_IN_COHORT_RECLAMATION:
        return !is_own && policy_allows(rules->reclaim_within_cohort, holder, preemptor);
    case PREEMPTION_IN_COHORT_FAIR_SHARING:
        return !is_own && trial->pass->configuration->fair_sharing &&
               policy_allows(rules->reclaim_within_cohort, holder, preemptor);
    case PREEMPTION_IN_COHORT_RECLAIM_WHILE_BORROWING:
        return !is_own && policy_allows(rules->reclaim_within_cohort, holder, preemptor) &&
               rules->borrow_within_cohort == PREEMPTION_LOWER_PRIORITY &&
               is_lower(holder, preemptor) &&
               (!rules->has_priority_threshold ||
                holder->order.priority <= rules->max_priority_threshold);
    }
    return false;
}

static bool asks_for(const struct candidate *candidate, const char *resource)
{
    array_for_each(set, candidate->pod_sets) {
        if (resources_get(&set->requests, resource) > 0) {
            return true;
        }
    }
    return false;
}

static bool is_above(const struct quota_tree *tree, int ancestor, int node)
{
    while (node != QUOTA_NO_PARENT && node != ancestor) {
        node = tree->nodes.items[node].parent;
    }
    return node == ancestor;
}

/* From the holder up to where it meets the preemptor, everybody uses more than is his. */
static bool is_borrowed(const struct pass_trial *trial, int preemptor, int holder, int cell)
{
    const struct quota_tree *tree = trial->after.tree;

    for (int node = holder; !is_above(tree, node, preemptor);
         node = tree->nodes.items[node].parent) {
        if (quota_law_used(&trial->after, node, cell) <=
            quota_law_subtree(&trial->after, node, cell)) {
            return false;
        }
    }
    return true;
}

static bool has_borrowed(const struct pass_trial *trial, const struct candidate_line *line,
                         const struct candidate *preemptor, const struct holder *holder)
{
    const struct quota_cell_list *cells = &trial->after.tree->cells;

    for (size_t cell = 0; cell < cells->count; cell++) {
        if (asks_for(preemptor, cells->items[cell].resource) &&
            is_borrowed(trial, line->node, holder->node, (int)cell)) {
            return true;
        }
    }
    return false;
}

/* True if nobody else of the pass is promised anything that the preemptor must respect. */
static bool is_alone(const struct pass_trial *trial, const struct candidate_line *own_line)
{
    if (trial->preemptor_count > 1) {
        return false;
    }
    array_for_each(line, &trial->pass->lines) {
        array_for_each(candidate, &line->candidates) {
            if (line != own_line && pass_trial_is_waiting(candidate)) {
                return false;
            }
        }
    }
    return true;
}

static void check_policy(const struct pass_trial *trial, const struct candidate_line *line,
                         const struct candidate *preemptor)
{
    array_for_each(victim, &preemptor->victims) {
        const struct holder *holder = holder_of(trial, victim);
        if (holder->is_leaving) {
            continue;
        }
        fuzz_expect(!holder->is_protected, "%s is protected", holder->uid);
        fuzz_expect(reason_allows(trial, line, preemptor, victim), "%s takes from %s: %s",
                    preemptor->order.uid, holder->uid, preemption_reason_name(victim->reason));
        fuzz_expect(holder->node == line->node || !is_alone(trial, line) ||
                        has_borrowed(trial, line, preemptor, holder),
                    "%s takes from %s, who has borrowed nothing", preemptor->order.uid,
                    holder->uid);
    }
}

/* Once all victims of the pass are gone, there is room. */
static void check_sufficient(const struct pass_trial *trial, const struct candidate_line *own_line,
                             const struct candidate *preemptor)
{
    auto_what_if struct what_if what_if = {0};

    what_if_init(&what_if, trial);
    array_for_each(line, &trial->pass->lines) {
        array_for_each(candidate, &line->candidates) {
            array_for_each(victim, &candidate->victims) {
                what_if_remove_holder(&what_if, holder_of(trial, victim));
            }
        }
    }
    const struct flavor_state state = {.usage = &what_if.usage, .placement = &what_if.placement};
    fuzz_expect(pass_trial_try(trial, own_line, preemptor, state) == ASSIGNMENT_FITS,
                "the victims of %s are not enough", preemptor->order.uid);
}

/* True if it starts in one way or not at all: another flavor, or some of its pods, might do with
 * fewer victims and still come later by the rules. */
static bool has_one_way(const struct candidate_line *line, const struct candidate *candidate)
{
    array_for_each(set, candidate->pod_sets) {
        if (set->min_count > 0) {
            return false;
        }
    }
    array_for_each(group, &line->queue->resource_groups) {
        if (group->flavors.count > 1) {
            return false;
        }
    }
    return true;
}

/* Were one of them to stay, it would not be enough. */
static void check_needed(const struct pass_trial *trial, const struct candidate_line *line,
                         const struct candidate *preemptor)
{
    array_for_each(spared, &preemptor->victims) {
        auto_what_if struct what_if what_if = {0};
        if (holder_of(trial, spared)->is_leaving) {
            continue;
        }
        what_if_init(&what_if, trial);
        array_for_each(victim, &preemptor->victims) {
            if (victim != spared) {
                what_if_remove_holder(&what_if, holder_of(trial, victim));
            }
        }
        const struct flavor_state state = {
            .usage = &what_if.usage,
            .placement = &what_if.placement,
            .holders = &trial->tree->holders,
        };
        fuzz_expect(pass_trial_try(trial, line, preemptor, state) != ASSIGNMENT_FITS,
                    "%s could stay when %s comes", holder_of(trial, spared)->uid,
                    preemptor->order.uid);
    }
}

static void check_preemptor(const struct pass_trial *trial, const struct candidate_line *line,
                            const struct candidate *preemptor, bool *is_taken)
{
    array_for_each(victim, &preemptor->victims) {
        fuzz_expect(!is_taken[victim->holder], "%s is a victim twice",
                    holder_of(trial, victim)->uid);
        is_taken[victim->holder] = true;
    }
    fuzz_expect(pass_trial_is_waiting(preemptor), "%s has victims and does not wait",
                preemptor->order.uid);
    check_policy(trial, line, preemptor);
    if (pass_trial_is_monotonic(preemptor)) {
        check_sufficient(trial, line, preemptor);
    }
    if (pass_trial_is_monotonic(preemptor) && has_one_way(line, preemptor) &&
        is_alone(trial, line)) {
        check_needed(trial, line, preemptor);
    }
}

void check_victims(const struct pass_trial *trial)
{
    bool is_taken[HOLDERS_MAX] = {false};

    array_for_each(line, &trial->pass->lines) {
        array_for_each(candidate, &line->candidates) {
            fuzz_expect(candidate->victims.count == 0 || pass_trial_is_preempting(candidate),
                        "%s has victims and does not say so", candidate->order.uid);
            if (pass_trial_is_preempting(candidate)) {
                check_preemptor(trial, line, candidate, is_taken);
            }
        }
    }
}
