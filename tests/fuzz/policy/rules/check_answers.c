/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/policy/rules/pass_trial.h"

static bool group_has_flavor(const struct resource_group *group, const char *flavor)
{
    array_for_each(quota, &group->flavors) {
        if (text_equal(quota->flavor, flavor)) {
            return true;
        }
    }
    return false;
}

/* Each covered resource is on one flavor of its group, which is the one that is bound, if any. */
static void check_assignments(const struct candidate_line *line, const struct candidate *candidate,
                              const struct pod_set *asked, const struct pod_set_admission *given)
{
    size_t covered_count = 0;

    array_for_each(request, &asked->requests) {
        covered_count += cluster_queue_find_group(line->queue, request->name) != NULL ? 1 : 0;
    }
    fuzz_expect(given->assignments.count == covered_count, "%zu of %zu resources are counted",
                given->assignments.count, covered_count);
    array_for_each(assignment, &given->assignments) {
        const struct resource_group *group =
            cluster_queue_find_group(line->queue, assignment->resource);
        const char *only = candidate->only_flavor;
        fuzz_expect(group != NULL && group_has_flavor(group, assignment->flavor), "%s on flavor %s",
                    assignment->resource, assignment->flavor);
        fuzz_expect(only == NULL || !group_has_flavor(group, only) ||
                        text_equal(assignment->flavor, only),
                    "flavor %s instead of %s", assignment->flavor, only);
        fuzz_expect(assignment->amount == resources_get(&asked->requests, assignment->resource),
                    "%lld of %s", (long long)assignment->amount, assignment->resource);
    }
}

static void check_admission(const struct candidate_line *line, const struct candidate *candidate)
{
    const struct pod_set_list *asked = candidate->pod_sets;
    size_t reduced_count = 0;

    fuzz_expect(candidate->admission->pod_sets.count == asked->count, "%zu of %zu pod sets",
                candidate->admission->pod_sets.count, asked->count);
    for (size_t i = 0; i < asked->count; i++) {
        const struct pod_set *set = &asked->items[i];
        const struct pod_set_admission *given = &candidate->admission->pod_sets.items[i];
        int64_t least =
            set->min_count > 0 && set->min_count < set->count ? set->min_count : set->count;
        fuzz_expect(text_equal(given->name, set->name) && given->count >= least &&
                        given->count <= set->count,
                    "%lld of %lld pods of '%s'", (long long)given->count, (long long)set->count,
                    set->name);
        reduced_count += given->count < set->count ? 1 : 0;
        check_assignments(line, candidate, set, given);
    }
    fuzz_expect(reduced_count <= 1, "%zu pod sets are reduced", reduced_count);
}

/* Whoever was decided about starts, or is told why not. */
static void check_candidate(const struct pass_trial *trial, const struct candidate_line *line,
                            const struct candidate *candidate)
{
    bool is_started = candidate->admission != NULL;
    bool is_decided = candidate->is_tried || candidate->verdict.kind != VERDICT_FITS;

    fuzz_expect(is_decided || trial->pass->is_cut_short, "%s got no answer", candidate->order.uid);
    fuzz_expect(is_started == (candidate->is_tried && candidate->verdict.kind == VERDICT_FITS),
                "%s has verdict %d", candidate->order.uid, candidate->verdict.kind);
    if (is_started) {
        check_admission(line, candidate);
        fuzz_expect(candidate->victims.count == 0, "%s starts and has victims",
                    candidate->order.uid);
        return;
    }
    fuzz_expect(!is_decided ||
                    (candidate->verdict.reason != NULL && candidate->verdict.message != NULL),
                "%s is not told why", candidate->order.uid);
    fuzz_expect(candidate->places.count == 0 && !candidate->is_backfilled,
                "%s has a place and does not start", candidate->order.uid);
}

/* A cap is never broken by what starts. */
static void check_caps(const struct pass_trial *trial)
{
    for (size_t i = 0; i < CAPS_MAX; i++) {
        const struct gpu_cap *before = &trial->caps_before[i];
        const struct gpu_cap *after = &trial->state->caps[i];
        wide_amount held = before->held;
        array_for_each(line, &trial->pass->lines) {
            array_for_each(candidate, &line->candidates) {
                int times = (candidate->user_cap == after) + (candidate->queue_cap == after);
                for (; candidate->admission != NULL && times > 0; times--) {
                    held += gpu_cap_count(trial->pass->configuration, candidate->pod_sets);
                }
            }
        }
        fuzz_expect(held == after->held, "cap %zu: %lld, booked with %lld", i, (long long)held,
                    (long long)after->held);
        fuzz_expect(held == before->held || held <= before->limit, "cap %zu: %lld of %lld", i,
                    (long long)held, (long long)before->limit);
    }
}

void check_answers(const struct pass_trial *trial)
{
    size_t start_count = 0;

    array_for_each(line, &trial->pass->lines) {
        array_for_each(candidate, &line->candidates) {
            check_candidate(trial, line, candidate);
            start_count += candidate->admission != NULL ? 1 : 0;
        }
    }
    fuzz_expect(start_count <= trial->pass->starts_max, "%zu start, %zu may", start_count,
                trial->pass->starts_max);
    fuzz_expect(!trial->pass->is_cut_short || start_count == trial->pass->starts_max,
                "cut short after %zu of %zu", start_count, trial->pass->starts_max);
    check_caps(trial);
}
