/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/policy/rules/describe_trial.h"

#include <stdio.h>

static void describe_resources(const struct resources *resources)
{
    array_for_each(item, resources) {
        printf(" %s %lld", item->name, (long long)item->amount);
    }
}

static void describe_groups(const struct resource_group_list *groups)
{
    array_for_each(group, groups) {
        printf("    group\n");
        array_for_each(quota, &group->flavors) {
            printf("      %s:", quota->flavor);
            describe_resources(&quota->nominal);
            printf("; borrows");
            describe_resources(&quota->borrowing_limit);
            printf("; lends");
            describe_resources(&quota->lending_limit);
            printf("\n");
        }
    }
}

static void describe_queue(const struct cluster_queue *queue)
{
    static const char *const policies[] = {"Never", "LowerPriority", "LowerOrNewerEqualPriority",
                                           "Any"};

    printf("    %s; preemption within %s, reclaim %s, borrow %s",
           queue->queueing_strategy == QUEUEING_STRICT_FIFO ? "StrictFIFO" : "BestEffortFIFO",
           policies[queue->preemption.within_cluster_queue],
           policies[queue->preemption.reclaim_within_cohort],
           policies[queue->preemption.borrow_within_cohort]);
    if (queue->preemption.has_priority_threshold) {
        printf(" to %lld", (long long)queue->preemption.max_priority_threshold);
    }
    printf("; stops when borrowing %d, when preempting %d, prefers preemption %d\n",
           queue->fungibility.may_stop_when_borrowing, queue->fungibility.may_stop_when_preempting,
           queue->fungibility.prefers_preemption);
    printf("    places %d, backfill %d (0 default, 1 on, 2 off)\n", queue->options.node_places,
           queue->options.backfill);
    describe_groups(&queue->resource_groups);
}

static void describe_tree(const struct quota_tree *tree)
{
    for (size_t i = 0; i < tree->nodes.count; i++) {
        const struct quota_node *node = &tree->nodes.items[i];
        printf("  node %zu: %s, parent %d, weight %lld\n", i, node->name, node->parent,
               (long long)node->fair_weight_milli);
        if (node->queue != NULL) {
            describe_queue(node->queue);
        } else if (node->cohort != NULL) {
            describe_groups(&node->cohort->resource_groups);
        }
    }
}

static void describe_picks(const struct placement_picks *picks)
{
    array_for_each(pick, picks) {
        printf(" %lldx node %d", (long long)pick->count, pick->node);
    }
}

static void describe_nodes(const struct placement *placement)
{
    for (size_t i = 0; i < placement->nodes.count; i++) {
        const struct placement_node *node = &placement->nodes.items[i];
        printf("  machine %zu: %s, %s%s, has", i, string_map_find(&node->labels, RANDOM_LABEL),
               node->is_ready ? "ready" : "not ready", node->taints.count > 0 ? ", tainted" : "");
        describe_resources(&node->allocatable);
        printf("; used");
        describe_resources(&node->used);
        printf("\n");
    }
}

static void describe_amounts(const struct pass_trial *trial, const struct quota_amounts *amounts)
{
    array_for_each(item, amounts) {
        const struct quota_cell *cell = &trial->before.tree->cells.items[item->cell];
        printf(" %lld %s/%s", (long long)item->amount, cell->flavor, cell->resource);
    }
}

static void describe_holders(const struct pass_trial *trial)
{
    for (size_t i = 0; i < trial->tree->holders.count; i++) {
        const struct holder *holder = &trial->tree->holders.items[i];
        printf("  holder %zu: %s of node %d, priority %lld, arrived %lld, admitted %lld, ends %lld",
               i, holder->uid, holder->node, (long long)holder->order.priority,
               (long long)holder->order.arrival_us, (long long)holder->admitted_us,
               (long long)holder->ends_us);
        printf("%s%s;", holder->is_leaving ? ", leaving" : "",
               holder->is_protected ? ", protected" : "");
        describe_amounts(trial, &holder->amounts);
        array_for_each(place, &holder->places) {
            describe_picks(&place->picks);
            describe_resources(&place->requests);
        }
        printf("\n");
    }
}

static void describe_strays(const struct pass_trial *trial)
{
    array_for_each(stray, &trial->state->strays) {
        if (trial->state->cluster.forest->trees.items[stray->tree] == trial->before.tree) {
            printf("  somebody of node %d;", stray->node);
            describe_amounts(trial, &stray->amounts);
            printf("\n");
        }
    }
}

static void describe_pod_sets(const struct pod_set_list *pod_sets)
{
    array_for_each(set, pod_sets) {
        const char *pool = string_map_find(&set->spec.node_selector, RANDOM_LABEL);
        printf("      %s: %lld pods, at least %lld,", set->name, (long long)set->count,
               (long long)set->min_count);
        describe_resources(&set->requests);
        printf("%s%s%s\n", pool != NULL ? ", on " : "", pool != NULL ? pool : "",
               set->spec.tolerations.count > 0 ? ", tolerates" : "");
    }
}

static void describe_result(const struct candidate *candidate)
{
    printf("      -> %s %s: %s", candidate->is_tried ? "tried" : "not tried",
           candidate->verdict.reason != NULL ? candidate->verdict.reason : "fits",
           candidate->verdict.message != NULL ? candidate->verdict.message : "");
    printf("%s\n", candidate->is_backfilled ? ", backfilled" : "");
    array_for_each(victim, &candidate->victims) {
        printf("      -> victim %zu %s\n", victim->holder, preemption_reason_name(victim->reason));
    }
    for (size_t i = 0; candidate->admission != NULL && i < candidate->admission->pod_sets.count;
         i++) {
        const struct pod_set_admission *set = &candidate->admission->pod_sets.items[i];
        printf("      -> %lld of %s", (long long)set->count, set->name);
        array_for_each(assignment, &set->assignments) {
            printf(" %s/%s", assignment->flavor, assignment->resource);
        }
        printf("\n");
    }
    array_for_each(place, &candidate->places) {
        printf("      ->");
        describe_picks(&place->picks);
        printf("\n");
    }
}

static void describe_lines(const struct cohort_pass *pass)
{
    array_for_each(line, &pass->lines) {
        printf("  line of node %d%s\n", line->node, line->is_barred ? ", barred" : "");
        array_for_each(candidate, &line->candidates) {
            printf("    %s, priority %lld, arrived %lld, runs %lld, bound to %s%s%s\n",
                   candidate->order.uid, (long long)candidate->order.priority,
                   (long long)candidate->order.arrival_us, (long long)candidate->run_time_us,
                   candidate->only_flavor != NULL ? candidate->only_flavor : "none",
                   candidate->user_cap != NULL ? ", user cap" : "",
                   candidate->queue_cap != NULL ? ", queue cap" : "");
            describe_pod_sets(candidate->pod_sets);
            describe_result(candidate);
        }
    }
}

void describe_trial(const struct pass_trial *trial)
{
    const struct configuration *configuration = trial->pass->configuration;

    printf("tree: places %d, backfill %d, fair sharing %d, at most %zu start\n",
           configuration->node_places, configuration->backfill, configuration->fair_sharing,
           trial->pass->starts_max);
    array_for_each(flavor, trial->pass->flavors) {
        printf("  %s%s%s\n", (*flavor)->name, (*flavor)->node_labels.count > 0 ? ", labelled" : "",
               (*flavor)->node_taints.count > 0 ? ", tainted" : "");
    }
    describe_tree(trial->before.tree);
    describe_nodes(&trial->places_before);
    describe_holders(trial);
    describe_strays(trial);
    describe_lines(trial->pass);
    printf("  has promises %d, is cut short %d\n\n", trial->pass->has_promises,
           trial->pass->is_cut_short);
    fflush(stdout);
}
