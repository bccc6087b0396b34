/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/pass_line.h"

#include "policy/rules/backfill.h"
#include "policy/rules/saturating.h"

static bool is_on(enum queue_switch option, bool configured)
{
    return option == SWITCH_DEFAULT ? configured : option == SWITCH_ON;
}

void pass_line_init(struct pass_line *line, const struct pass_shared *shared,
                    struct candidate_line *candidates, size_t number)
{
    const struct configuration *configuration = shared->pass->configuration;
    const struct queue_options *options = &candidates->queue->options;

    line->line = candidates;
    line->number = number;
    line->can_preempt = shared->pass->holders != NULL &&
                        preemption_is_possible(candidates->queue, configuration->fair_sharing);
    line->counts_places = is_on(options->node_places, configuration->node_places);
    line->has_backfill =
        shared->pass->holders != NULL && is_on(options->backfill, configuration->backfill);
    line->is_blocked = candidates->is_barred;
}

void pass_line_release(struct pass_line *line)
{
    assignment_release(&line->head);
    array_release(&line->kept);
}

/* How things stand for the line. */
static void describe(const struct pass_line *line, const struct pass_shared *shared,
                     struct flavor_state *out_state)
{
    *out_state = (struct flavor_state){
        .rules = {shared->pass->configuration, line->line->queue, shared->pass->flavors},
        .node = line->line->node,
    };
    outlook_describe(&shared->outlook, out_state);
    if (!line->counts_places) {
        out_state->placement = NULL;
    }
}

struct candidate *pass_line_get_head(const struct pass_line *line)
{
    return &line->line->candidates.items[line->position];
}

/* True if the head waits for a cap of its own, and not for anybody else. */
static bool is_capped(const struct pass_shared *shared, struct candidate *candidate)
{
    if (candidate->user_cap == NULL && candidate->queue_cap == NULL) {
        return false;
    }
    int64_t asked = gpu_cap_count(shared->pass->configuration, candidate->pod_sets);
    candidate->is_tried = gpu_cap_refuses(candidate->user_cap, asked, &candidate->verdict) ||
                          gpu_cap_refuses(candidate->queue_cap, asked, &candidate->verdict);
    return candidate->is_tried;
}

static void stand_behind(struct candidate *candidate)
{
    candidate->is_tried = false;
    verdict_set(&candidate->verdict, VERDICT_WAITS, "BehindHead",
                "waits for those ahead of it in the queue", NULL);
}

/* What failed once fails again, for nothing is given back in a pass; but whom one may preempt
 * depends on one's own priority, and on what others have claimed. */
static bool repeats_failure(const struct pass_line *line, const struct pass_shared *shared,
                            struct candidate *candidate)
{
    const struct candidate *failed = failed_shapes_find(&shared->failed, line->number, candidate);

    if (failed == NULL) {
        return false;
    }
    if (line->can_preempt && failed->verdict.kind == VERDICT_WAITS &&
        failed->order.priority != candidate->order.priority) {
        return false;
    }
    if (line->is_blocked && failed->verdict.kind == VERDICT_WAITS) {
        stand_behind(candidate);
        return true;
    }
    verdict_release(&candidate->verdict);
    verdict_copy(&failed->verdict, &candidate->verdict);
    candidate->is_tried = true;
    return true;
}

static bool may_backfill(const struct pass_line *line, const struct pass_shared *shared,
                         const struct candidate *candidate)
{
    return candidate->run_time_us > 0 &&
           saturating_add(shared->pass->now_us, candidate->run_time_us) <= line->backfill_end_us;
}

/* What is kept for the line bars others, not the line itself. */
static void lift_kept(struct pass_line *line, struct pass_shared *shared)
{
    if (line->kept.count > 0) {
        outlook_release_kept(&shared->outlook, line->line->node, &line->kept);
    }
}

static void restore_kept(struct pass_line *line, struct pass_shared *shared)
{
    if (line->kept.count > 0) {
        outlook_keep(&shared->outlook, line->line->node, &line->kept);
    }
}

static struct flavor_request request_of(const struct candidate *candidate)
{
    return (struct flavor_request){
        .pod_sets = candidate->pod_sets,
        .only_flavor = candidate->only_flavor,
        .order = candidate->order,
    };
}

static void evaluate(struct pass_line *line, struct pass_shared *shared,
                     const struct candidate *candidate)
{
    const struct flavor_request request = request_of(candidate);
    struct flavor_state state;

    assignment_release(&line->head);
    lift_kept(line, shared);
    describe(line, shared, &state);
    flavors_evaluate(&state, &request, &line->head);
    restore_kept(line, shared);
    line->version = shared->outlook.version;
}

void pass_line_decide_head(struct pass_line *line)
{
    struct candidate *head = pass_line_get_head(line);

    assignment_explain(&line->head);
    verdict_release(&head->verdict);
    head->verdict = line->head.verdict;
    head->is_tried = true;
    memset(&line->head.verdict, 0, sizeof line->head.verdict);
}

/* True if the candidate needs no turn: the answer is the same whoever goes first. */
static bool is_decided(struct pass_line *line, struct pass_shared *shared,
                       struct candidate *candidate)
{
    if (is_capped(shared, candidate) || repeats_failure(line, shared, candidate)) {
        return true;
    }
    evaluate(line, shared, candidate);
    if (line->head.mode == ASSIGNMENT_FITS ||
        (line->head.mode != ASSIGNMENT_NEVER && !line->is_blocked)) {
        return false;
    }
    if (line->head.mode == ASSIGNMENT_NEVER) {
        pass_line_decide_head(line);
    } else {
        stand_behind(candidate);
    }
    failed_shapes_add(&shared->failed, line->number, candidate);
    return true;
}

bool pass_line_find_head(struct pass_line *line, struct pass_shared *shared)
{
    line->has_head = false;
    for (; line->position < line->line->candidates.count; line->position++) {
        struct candidate *candidate = pass_line_get_head(line);
        if (line->is_blocked && !may_backfill(line, shared, candidate)) {
            stand_behind(candidate);
        } else if (!is_decided(line, shared, candidate)) {
            line->has_head = true;
            return true;
        }
    }
    return false;
}

bool pass_line_is_crowded_out(struct pass_line *line, struct pass_shared *shared)
{
    struct flavor_state state;

    if (!line->has_head || line->head.mode != ASSIGNMENT_FITS) {
        return false;
    }
    lift_kept(line, shared);
    describe(line, shared, &state);
    bool fits = quota_usage_fits(state.usage, state.node, &line->head.amounts) &&
                (state.promised == NULL ||
                 quota_usage_fits(state.promised, state.node, &line->head.amounts));
    restore_kept(line, shared);
    return !fits;
}

void pass_line_block(struct pass_line *line, struct pass_shared *shared)
{
    const struct flavor_request request = request_of(pass_line_get_head(line));
    struct flavor_state state;

    line->is_blocked = true;
    if (!line->has_backfill || line->head.mode != ASSIGNMENT_WAITS) {
        return;
    }
    lift_kept(line, shared);
    describe(line, shared, &state);
    int64_t start_us = backfill_find_start(&state, &request, shared->pass->now_us);
    restore_kept(line, shared);
    line->backfill_end_us = start_us != BACKFILL_NEVER ? start_us : 0;
}

/* As much of what is kept as the start takes is not needed any more. */
static void shrink_kept(struct quota_amounts *kept, const struct quota_amounts *taken)
{
    array_for_each(item, kept) {
        array_for_each(part, taken) {
            if (part->cell == item->cell) {
                item->amount = part->amount < item->amount ? item->amount - part->amount : 0;
            }
        }
    }
}

void pass_line_start_head(struct pass_line *line, struct pass_shared *shared)
{
    const struct candidate *head = pass_line_get_head(line);
    const int64_t now_us = shared->pass->now_us;
    const struct holder holder = {
        .uid = head->order.uid,
        .name = head->order.uid,
        .order = head->order,
        .admitted_us = now_us,
        .ends_us = head->run_time_us > 0 ? saturating_add(now_us, head->run_time_us) : 0,
        .is_protected = true,
    };

    lift_kept(line, shared);
    outlook_start(&shared->outlook, line->line->node, &line->head,
                  shared->keeps_starts ? &holder : NULL);
    shrink_kept(&line->kept, &line->head.amounts);
    restore_kept(line, shared);
}

void pass_line_keep_for_head(struct pass_line *line, struct pass_shared *shared)
{
    lift_kept(line, shared);
    array_for_each(item, &line->head.amounts) {
        quota_amounts_add(&line->kept, item->cell, item->amount);
    }
    restore_kept(line, shared);
    shared->outlook.version++;
}
