/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/policy/rules/quota_trial.h"

#include "tests/unit/policy/rules/quota_trial_checks.h"

/* The step that this one is about, itself or the one that it takes back; NULL: there is none. */
static const struct case_step *find_taken(struct quota_trial *trial, const struct case_step *step)
{
    if (step->gives_back == 0 && quota_forest_find(trial->forest, step->queue) != NULL) {
        array_append(&trial->held, step);
        return step;
    }
    for (size_t i = 0; i < trial->held.count; i++) {
        const struct case_step *taken = trial->held.items[i];
        if (taken->number == step->gives_back) {
            array_remove(&trial->held, i);
            return taken;
        }
    }
    return NULL;
}

static void apply(struct quota_trial *trial, const struct quota_place *place,
                  const struct case_step *taken, bool gives_back)
{
    const struct quota_cell_list *cells = &place->usage->tree->cells;
    struct quota_amounts amounts = {0};

    quota_amounts_add(&amounts, quota_tree_find_cell(place->usage->tree, taken->flavor, "cpu"),
                      taken->cpu);
    quota_amounts_add(&amounts, quota_tree_find_cell(place->usage->tree, taken->flavor, "gpu"),
                      taken->gpu);
    if (gives_back) {
        quota_usage_subtract(place->usage, place->node, &amounts);
    } else {
        quota_usage_add(place->usage, place->node, &amounts);
    }
    array_for_each(item, &amounts) {
        if (gives_back) {
            oracle_give_back(&trial->oracle, taken->queue, cells->items[item->cell], item->amount);
        } else {
            oracle_take(&trial->oracle, taken->queue, cells->items[item->cell], item->amount);
        }
    }
    array_release(&amounts);
}

/* False if the step is about something that is not there. */
static bool play(struct quota_trial *trial, const struct case_step *step, enum trial_depth depth)
{
    const struct case_step *taken = find_taken(trial, step);

    if (taken == NULL) {
        return false;
    }
    struct quota_place place = quota_trial_place(trial, taken->queue);
    apply(trial, &place, taken, step->gives_back != 0);
    if (depth == TRIAL_EVERYWHERE) {
        quota_trial_check_everywhere(trial);
    } else {
        quota_trial_check_somewhere(trial, &place);
    }
    return true;
}

static void trial_init(struct quota_trial *trial, const struct quota_case *played)
{
    memset(trial, 0, sizeof *trial);
    quota_case_draft(played, &trial->draft);
    trial->oracle.draft = &trial->draft;
    trial->forest = draft_forest(&trial->draft);
    array_for_each(tree, &trial->forest->trees) {
        struct quota_usage usage = {0};
        quota_usage_init(&usage, *tree);
        array_append(&trial->usages, usage);
    }
}

static void trial_release(struct quota_trial *trial)
{
    array_for_each(usage, &trial->usages) {
        quota_usage_release(usage);
    }
    array_release(&trial->usages);
    array_release(&trial->held);
    array_release(&trial->oracle.holdings);
    quota_forest_unref(trial->forest);
    quota_draft_release(&trial->draft);
    text_release(&trial->difference);
}

struct trial_outcome quota_trial_run(const struct quota_case *played, enum trial_depth depth)
{
    struct quota_trial trial = {0};
    struct trial_outcome outcome = {0};

    trial_init(&trial, played);
    array_for_each(step, &played->steps) {
        outcome.states += play(&trial, step, depth) ? 1 : 0;
        if (trial.difference.bytes != NULL) {
            outcome.difference = text_take(&trial.difference);
            break;
        }
    }
    trial_release(&trial);
    return outcome;
}
