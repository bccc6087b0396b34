/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/backfill.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/policy/rules/what_if.h"

/* The first who waits, and whom nobody may pass; NULL: none. */
static const struct candidate *find_head(const struct candidate_line *line)
{
    array_for_each(candidate, &line->candidates) {
        if (pass_trial_is_waiting(candidate)) {
            return candidate;
        }
    }
    return NULL;
}

/* Behind the head nobody starts, but by backfill; in front of it, nobody starts by that. */
static void check_strict(const struct candidate_line *line)
{
    const struct candidate *head = find_head(line);

    array_for_each(candidate, &line->candidates) {
        bool is_behind = line->is_barred || (head != NULL && candidate > head);
        fuzz_expect(candidate->admission == NULL || candidate->is_backfilled == is_behind,
                    "%s starts although %s waits", candidate->order.uid,
                    head != NULL ? head->order.uid : "somebody");
        fuzz_expect(!line->is_barred || candidate->admission == NULL,
                    "%s starts behind somebody who was tried before", candidate->order.uid);
    }
}

/* Would the one who was overtaken have fitted, had the other not come first? */
static void check_overtaking(const struct pass_trial *trial, const struct candidate_line *line,
                             const struct candidate *overtaken, const struct candidate *started)
{
    auto_what_if struct what_if now = {0};
    auto_what_if struct what_if to_come = {0};

    if (!pass_trial_is_monotonic(overtaken) ||
        (trial->preemptor_count > 0 && pass_trial_counts_places(trial, line))) {
        return; /* places may be promised, and it is not told which */
    }
    what_if_init(&now, trial);
    what_if_remove_start(&now, line, started);
    what_if_init(&to_come, trial);
    what_if_remove_start(&to_come, line, started);
    what_if_add_promises(&to_come, overtaken);
    const struct flavor_state state = {
        .usage = &now.usage,
        .promised = trial->pass->has_promises ? &to_come.usage : NULL,
        .placement = &now.placement,
        .holders = &trial->staying,
    };
    fuzz_expect(pass_trial_try(trial, line, overtaken, state) != ASSIGNMENT_FITS,
                "%s overtakes %s, who fits", started->order.uid, overtaken->order.uid);
}

static void check_best_effort(const struct pass_trial *trial, const struct candidate_line *line)
{
    array_for_each(started, &line->candidates) {
        array_for_each(overtaken, &line->candidates) {
            if (overtaken < started && started->admission != NULL && !line->is_barred &&
                pass_trial_is_waiting(overtaken) && !pass_trial_is_preempting(overtaken)) {
                check_overtaking(trial, line, overtaken, started);
            }
        }
    }
}

static void append_holder(const struct pass_trial *trial, const struct candidate_line *line,
                          const struct candidate *candidate, struct holder_list *holders)
{
    auto_usage struct usage usage = {0};
    struct holder holder = {
        .uid = candidate->order.uid,
        .name = candidate->order.uid,
        .node = line->node,
        .order = candidate->order,
        .admitted_us = RANDOM_NOW_US,
        .ends_us = candidate->run_time_us > 0 ? RANDOM_NOW_US + candidate->run_time_us : 0,
    };

    flavors_count(candidate->admission, &usage);
    quota_amounts_count(trial->after.tree, &usage, &holder.amounts);
    array_for_each(place, &candidate->places) {
        struct holder_place held = {0};
        array_for_each(pick, &place->picks) {
            array_append(&held.picks, *pick);
        }
        resources_raise_to(&held.requests, &place->set->requests);
        array_append(&holder.places, held);
    }
    array_append(holders, holder);
}

/* All who held before and hold now; with `without`, but for those of that line who were let pass
 * its head. */
static void list_holders(const struct pass_trial *trial, const struct candidate_line *without,
                         struct holder_list *holders)
{
    array_for_each(line, &trial->pass->lines) {
        array_for_each(candidate, &line->candidates) {
            bool is_left_out = line == without && candidate->is_backfilled;
            if (candidate->admission != NULL && !is_left_out) {
                append_holder(trial, line, candidate, holders);
            }
        }
    }
}

/* The earliest certain start of the head; with `without`, had nobody passed it. */
static int64_t find_start(const struct pass_trial *trial, const struct candidate_line *line,
                          const struct candidate *head, const struct candidate_line *without)
{
    auto_what_if struct what_if what_if = {0};
    struct holder_list started = {0};
    struct holder_list all = {0};

    what_if_init(&what_if, trial);
    list_holders(trial, without, &started);
    array_for_each(candidate, &line->candidates) {
        if (without == line && candidate->is_backfilled) {
            what_if_remove_start(&what_if, line, candidate);
        }
    }
    array_for_each(holder, &trial->tree->holders) {
        array_append(&all, *holder);
    }
    array_for_each(holder, &started) {
        array_append(&all, *holder);
    }
    const struct flavor_state state = {
        .rules = {trial->pass->configuration, line->queue, trial->pass->flavors},
        .node = line->node,
        .usage = &what_if.usage,
        .placement = pass_trial_counts_places(trial, line) ? &what_if.placement : NULL,
        .holders = &all,
    };
    const struct flavor_request request = {head->pod_sets, head->only_flavor, head->order};
    int64_t start_us = backfill_find_start(&state, &request, RANDOM_NOW_US);
    array_release(&all);
    holder_list_release(&started);
    return start_us;
}

/* Those who pass the head do not delay it. */
static void check_backfill(const struct pass_trial *trial, const struct candidate_line *line)
{
    const struct candidate *head = find_head(line);
    bool is_any = false;

    array_for_each(candidate, &line->candidates) {
        fuzz_expect(!candidate->is_backfilled ||
                        (head != NULL && candidate->run_time_us > 0 &&
                         line->queue->queueing_strategy == QUEUEING_STRICT_FIFO),
                    "%s is backfilled", candidate->order.uid);
        is_any = is_any || candidate->is_backfilled;
    }
    if (!is_any || trial->pass->has_promises || !pass_trial_is_monotonic(head)) {
        return;
    }
    int64_t with_us = find_start(trial, line, head, NULL);
    int64_t without_us = find_start(trial, line, head, line);
    fuzz_expect(with_us <= without_us, "%s could start at %lld, and now at %lld", head->order.uid,
                (long long)without_us, (long long)with_us);
}

void check_order(const struct pass_trial *trial)
{
    array_for_each(line, &trial->pass->lines) {
        if (line->queue->queueing_strategy == QUEUEING_STRICT_FIFO) {
            check_strict(line);
        } else {
            check_best_effort(trial, line);
        }
        check_backfill(trial, line);
    }
}
