/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/policy/rules/what_if.h"

void what_if_init(struct what_if *what_if, const struct pass_trial *trial)
{
    what_if->trial = trial;
    quota_usage_copy(&trial->tree->usage, &what_if->usage);
    placement_copy(trial->pass->placement, &what_if->placement);
}

void what_if_init_empty(struct what_if *what_if, const struct pass_trial *trial)
{
    what_if->trial = trial;
    quota_usage_init(&what_if->usage, trial->after.tree);
    placement_copy(trial->pass->placement, &what_if->placement);
    array_for_each(node, &what_if->placement.nodes) {
        resources_release(&node->used);
    }
}

void what_if_release(struct what_if *what_if)
{
    quota_usage_release(&what_if->usage);
    placement_release(&what_if->placement);
}

void what_if_remove_start(struct what_if *what_if, const struct candidate_line *line,
                          const struct candidate *candidate)
{
    auto_usage struct usage usage = {0};
    struct quota_amounts amounts = {0};

    flavors_count(candidate->admission, &usage);
    quota_amounts_count(what_if->usage.tree, &usage, &amounts);
    quota_usage_subtract(&what_if->usage, line->node, &amounts);
    array_for_each(place, &candidate->places) {
        placement_give_back(&what_if->placement, &place->picks, &place->set->requests);
    }
    array_release(&amounts);
}

void what_if_remove_holder(struct what_if *what_if, const struct holder *holder)
{
    quota_usage_subtract(&what_if->usage, holder->node, &holder->amounts);
    array_for_each(place, &holder->places) {
        placement_give_back(&what_if->placement, &place->picks, &place->requests);
    }
}

static void add_everywhere(struct what_if *what_if, const struct candidate_line *line,
                           const struct candidate *candidate)
{
    struct quota_amounts amounts = {0};

    array_for_each(set, candidate->pod_sets) {
        array_for_each(request, &set->requests) {
            const struct resource_group *group =
                cluster_queue_find_group(line->queue, request->name);
            int64_t total = pod_set_total(set, set->count, request->name);
            for (size_t i = 0; group != NULL && i < group->flavors.count; i++) {
                int cell = quota_tree_find_cell(what_if->usage.tree, group->flavors.items[i].flavor,
                                                request->name);
                quota_amounts_add(&amounts, cell, total);
            }
        }
    }
    quota_usage_add(&what_if->usage, line->node, &amounts);
    array_release(&amounts);
}

void what_if_add_promises(struct what_if *what_if, const struct candidate *except)
{
    array_for_each(line, &what_if->trial->pass->lines) {
        array_for_each(candidate, &line->candidates) {
            if (candidate != except && pass_trial_is_waiting(candidate)) {
                add_everywhere(what_if, line, candidate);
            }
        }
    }
}
