/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/policy/rules/what_if.h"

static bool fits_in_empty_tree(const struct pass_trial *trial, const struct candidate_line *line,
                               const struct candidate *candidate)
{
    auto_what_if struct what_if what_if = {0};

    what_if_init_empty(&what_if, trial);
    const struct flavor_state state = {.usage = &what_if.usage, .placement = &what_if.placement};
    return pass_trial_try(trial, line, candidate, state) == ASSIGNMENT_FITS;
}

/* Whoever waits has no room, or it is kept for somebody else. Who has victims may have room on a
 * flavor at which the search did not arrive. */
static void check_nobody_is_forgotten(const struct pass_trial *trial,
                                      const struct candidate_line *line,
                                      const struct candidate *candidate)
{
    auto_what_if struct what_if now = {0};
    auto_what_if struct what_if to_come = {0};

    if (pass_trial_is_preempting(candidate) || !pass_trial_is_monotonic(candidate) ||
        (trial->preemptor_count > 0 && pass_trial_counts_places(trial, line))) {
        return; /* places may be promised, and it is not told which */
    }
    what_if_init(&now, trial);
    what_if_init(&to_come, trial);
    what_if_add_promises(&to_come, candidate);
    const struct flavor_state state = {
        .usage = &now.usage,
        .promised = trial->pass->has_promises ? &to_come.usage : NULL,
        .placement = &now.placement,
        .holders = &trial->staying,
    };
    fuzz_expect(pass_trial_try(trial, line, candidate, state) != ASSIGNMENT_FITS,
                "%s waits and fits", candidate->order.uid);
}

/* Who stands behind a head stands behind one who waits, and not behind one who never starts. */
static void check_standing(const struct candidate_line *line, const struct candidate *candidate)
{
    bool is_behind = line->is_barred;

    array_for_each(ahead, &line->candidates) {
        is_behind = is_behind || (ahead < candidate && pass_trial_is_waiting(ahead));
    }
    fuzz_expect(is_behind &&
                    (line->is_barred || line->queue->queueing_strategy == QUEUEING_STRICT_FIFO),
                "nobody bars %s", candidate->order.uid);
}

static void check_cap(const struct pass_trial *trial, const struct candidate *candidate)
{
    const struct gpu_cap *caps[] = {candidate->user_cap, candidate->queue_cap};
    wide_amount asked = gpu_cap_count(trial->pass->configuration, candidate->pod_sets);
    bool is_full = false;

    for (size_t i = 0; i < ARRAY_LENGTH(caps); i++) {
        is_full = is_full || (caps[i] != NULL && caps[i]->held + asked > caps[i]->limit);
    }
    fuzz_expect(is_full, "%s waits for a cap that has room", candidate->order.uid);
}

static void check_candidate(const struct pass_trial *trial, const struct candidate_line *line,
                            const struct candidate *candidate)
{
    if (!candidate->is_tried) {
        check_standing(line, candidate);
    } else if (text_equal(candidate->verdict.reason, "GpuCapReached")) {
        check_cap(trial, candidate);
    } else if (candidate->verdict.kind == VERDICT_WAITS) {
        check_nobody_is_forgotten(trial, line, candidate);
        fuzz_expect(!pass_trial_is_monotonic(candidate) ||
                        fits_in_empty_tree(trial, line, candidate),
                    "%s waits and can never fit", candidate->order.uid);
    } else if (candidate->verdict.kind == VERDICT_INADMISSIBLE) {
        fuzz_expect(!pass_trial_is_monotonic(candidate) ||
                        !fits_in_empty_tree(trial, line, candidate),
                    "%s is inadmissible and could fit", candidate->order.uid);
    }
}

void check_waiting(const struct pass_trial *trial)
{
    array_for_each(line, &trial->pass->lines) {
        array_for_each(candidate, &line->candidates) {
            if (candidate->admission == NULL && !trial->pass->is_cut_short) {
                check_candidate(trial, line, candidate);
            }
        }
    }
}
