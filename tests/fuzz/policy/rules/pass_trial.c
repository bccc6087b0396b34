/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/policy/rules/pass_trial.h"

#include "base/text.h"
#include "tests/fuzz/fuzz.h"

void pass_trial_charge(struct quota_law *law, int node, const struct admission *admission)
{
    array_for_each(set, &admission->pod_sets) {
        array_for_each(assignment, &set->assignments) {
            int cell = quota_tree_find_cell(law->tree, assignment->flavor, assignment->resource);
            fuzz_expect(cell != QUOTA_NO_CELL, "%s of flavor %s is given out, and nobody has it",
                        assignment->resource, assignment->flavor);
            law->held[node][cell] += (wide_amount)assignment->amount * set->count;
        }
    }
}

static void charge_amounts(struct quota_law *law, int node, const struct quota_amounts *amounts)
{
    array_for_each(item, amounts) {
        law->held[node][item->cell] += item->amount;
    }
}

static void note_before(struct pass_trial *trial, size_t tree)
{
    array_for_each(holder, &trial->tree->holders) {
        charge_amounts(&trial->before, holder->node, &holder->amounts);
    }
    array_for_each(stray, &trial->state->strays) {
        if (stray->tree == (int)tree) {
            charge_amounts(&trial->before, stray->node, &stray->amounts);
        }
    }
    memcpy(trial->caps_before, trial->state->caps, sizeof trial->caps_before);
    placement_copy(&trial->state->cluster.placement, &trial->places_before);
}

/* As holders who have nothing any more. */
static void leave_out_victims(struct pass_trial *trial, const struct candidate *preemptor)
{
    array_for_each(victim, &preemptor->victims) {
        fuzz_expect(victim->holder < trial->staying.count, "victim %zu", victim->holder);
        struct holder *holder = &trial->staying.items[victim->holder];
        holder->is_protected = true;
        memset(&holder->amounts, 0, sizeof holder->amounts);
        memset(&holder->places, 0, sizeof holder->places);
    }
}

static void note_after(struct pass_trial *trial)
{
    trial->after = trial->before;
    array_for_each(holder, &trial->tree->holders) {
        array_append(&trial->staying, *holder);
    }
    array_for_each(line, &trial->pass->lines) {
        array_for_each(candidate, &line->candidates) {
            if (candidate->admission != NULL) {
                pass_trial_charge(&trial->after, line->node, candidate->admission);
                trial->has_starts = true;
            }
            trial->preemptor_count += pass_trial_is_preempting(candidate) ? 1 : 0;
            leave_out_victims(trial, candidate);
        }
    }
}

void pass_trial_run(struct pass_trial *trial, struct random_state *state, size_t tree)
{
    memset(trial, 0, sizeof *trial);
    trial->state = state;
    trial->tree = &state->trees[tree];
    trial->pass = &state->trees[tree].pass;
    trial->before.tree = state->cluster.forest->trees.items[tree];
    note_before(trial, tree);
    cohort_pass_run(&state->trees[tree].pass);
    note_after(trial);
}

void pass_trial_release(struct pass_trial *trial)
{
    placement_release(&trial->places_before);
    array_release(&trial->staying);
}

bool pass_trial_is_waiting(const struct candidate *candidate)
{
    return candidate->is_tried && candidate->verdict.kind == VERDICT_WAITS &&
           !text_equal(candidate->verdict.reason, "GpuCapReached");
}

bool pass_trial_is_preempting(const struct candidate *candidate)
{
    return text_equal(candidate->verdict.reason, "WaitingForPreemptedWorkloads");
}

bool pass_trial_counts_places(const struct pass_trial *trial, const struct candidate_line *line)
{
    enum queue_switch option = line->queue->options.node_places;

    return option == SWITCH_ON ||
           (option == SWITCH_DEFAULT && trial->pass->configuration->node_places);
}

bool pass_trial_is_monotonic(const struct candidate *candidate)
{
    return candidate->pod_sets->count == 1;
}

enum assignment_mode pass_trial_try(const struct pass_trial *trial,
                                    const struct candidate_line *line,
                                    const struct candidate *candidate, struct flavor_state state)
{
    auto_assignment struct assignment assignment = {0};
    const struct flavor_request request = {
        .pod_sets = candidate->pod_sets,
        .only_flavor = candidate->only_flavor,
        .order = candidate->order,
    };

    state.rules =
        (struct flavor_rules){trial->pass->configuration, line->queue, trial->pass->flavors};
    state.node = line->node;
    if (!pass_trial_counts_places(trial, line)) {
        state.placement = NULL;
    }
    flavors_assign(&state, &request, &assignment);
    return assignment.mode;
}
