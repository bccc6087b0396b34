/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/flavors.h"

#include "base/text.h"
#include "policy/rules/flavor_attempt.h"

static bool is_served(const struct assignment *assignment)
{
    return assignment->mode == ASSIGNMENT_FITS || assignment->mode == ASSIGNMENT_PREEMPTS;
}

/* Kueue allows it in one pod set of a workload. */
static const struct pod_set *find_reducible(const struct pod_set_list *pod_sets)
{
    array_for_each(set, pod_sets) {
        if (set->min_count > 0 && set->min_count < set->count) {
            return set;
        }
    }
    return NULL;
}

static void attempt(const struct flavor_state *state, const struct flavor_request *request,
                    const struct pod_set *reducible, int64_t count, struct assignment *assignment)
{
    assignment_release(assignment);
    flavor_attempt_run(state, request, &(struct flavor_reduction){reducible, count}, assignment);
}

/* The largest count that is served, where the minimum is and all of it is not. */
static void enlarge(const struct flavor_state *state, const struct flavor_request *request,
                    const struct pod_set *reducible, struct assignment *best)
{
    int64_t served = reducible->min_count;
    int64_t refused = reducible->count;

    while (refused - served > 1) {
        auto_assignment struct assignment tried = {0};
        int64_t count = served + (refused - served) / 2;
        attempt(state, request, reducible, count, &tried);
        if (is_served(&tried)) {
            const struct assignment smaller = *best;
            *best = tried;
            tried = smaller;
            served = count;
        } else {
            refused = count;
        }
    }
}

/* Partial admission. What the full count lacks is told unless fewer pods are nearer to a start. */
static void reduce(const struct flavor_state *state, const struct flavor_request *request,
                   const struct pod_set *reducible, struct assignment *full)
{
    auto_assignment struct assignment least = {0};

    attempt(state, request, reducible, reducible->min_count, &least);
    if (least.mode <= full->mode) {
        return;
    }
    if (is_served(&least)) {
        enlarge(state, request, reducible, &least);
    }
    const struct assignment given_up = *full;
    *full = least;
    least = given_up;
}

static void refuse_cycle(const struct flavor_state *state, struct assignment *out_assignment)
{
    auto_free char *message = text_format(
        "the Cohorts above ClusterQueue %s name each other as parents", state->rules.queue->name);

    verdict_set(&out_assignment->verdict, VERDICT_INADMISSIBLE, "Misconfigured", message, NULL);
}

void flavors_evaluate(const struct flavor_state *state, const struct flavor_request *request,
                      struct assignment *out_assignment)
{
    const struct pod_set *reducible = find_reducible(request->pod_sets);

    *out_assignment = (struct assignment){0};
    if (state->usage->tree->is_cyclic) {
        refuse_cycle(state, out_assignment);
        return;
    }
    attempt(state, request, NULL, 0, out_assignment);
    if (reducible != NULL && !is_served(out_assignment)) {
        reduce(state, request, reducible, out_assignment);
    }
}

void flavors_assign(const struct flavor_state *state, const struct flavor_request *request,
                    struct assignment *out_assignment)
{
    flavors_evaluate(state, request, out_assignment);
    assignment_explain(out_assignment);
}

void flavors_count(const struct admission *admission, struct usage *out_usage)
{
    array_for_each(set, &admission->pod_sets) {
        array_for_each(assignment, &set->assignments) {
            int64_t total;
            if (__builtin_mul_overflow(assignment->amount, set->count, &total)) {
                total = INT64_MAX;
            }
            usage_add(out_usage, assignment->flavor, assignment->resource, total);
        }
    }
}

void quota_amounts_count(const struct quota_tree *tree, const struct usage *usage,
                         struct quota_amounts *out_amounts)
{
    array_for_each(item, usage) {
        int cell = quota_tree_find_cell(tree, item->flavor, item->resource);
        if (cell != QUOTA_NO_CELL) {
            quota_amounts_add(out_amounts, cell, item->amount);
        }
    }
}
