/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/cohort_pass.h"

#include "policy/rules/contest.h"
#include "policy/rules/pass_line.h"

/* A pass under way. */
struct run {
    struct pass_shared shared;
    struct contest contest;
    struct pass_lines ARRAY_OF(struct pass_line) lines;
    size_t start_count;
    bool has_peers; /* several queues share the quota */
};

void cohort_pass_release(struct cohort_pass *pass)
{
    array_for_each(line, &pass->lines) {
        array_for_each(candidate, &line->candidates) {
            verdict_release(&candidate->verdict);
            admission_destroy(candidate->admission);
            assigned_places_release(&candidate->places);
            array_release(&candidate->victims);
        }
        array_release(&line->candidates);
    }
    array_release(&pass->lines);
}

static bool has_peers(const struct quota_tree *tree)
{
    size_t queue_count = 0;

    array_for_each(node, &tree->nodes) {
        queue_count += node->queue != NULL ? 1 : 0;
    }
    return queue_count > 1;
}

static void init_run(struct run *run, struct cohort_pass *pass)
{
    run->has_peers = has_peers(pass->usage->tree);
    run->shared.pass = pass;
    outlook_init(&run->shared.outlook, pass->usage, pass->placement, pass->holders);
    contest_init(&run->contest, pass->usage, pass->configuration->fair_sharing);
    array_for_each(candidates, &pass->lines) {
        struct pass_line line = {0};
        pass_line_init(&line, &run->shared, candidates, run->lines.count);
        run->shared.keeps_starts = run->shared.keeps_starts || line.has_backfill;
        array_append(&run->lines, line);
        contest_add_line(&run->contest, candidates->node);
    }
    contest_draw(&run->contest);
}

static void release_run(struct run *run)
{
    array_for_each(line, &run->lines) {
        pass_line_release(line);
    }
    array_release(&run->lines);
    contest_release(&run->contest);
    failed_shapes_release(&run->shared.failed);
    outlook_release(&run->shared.outlook);
}

/* Lets the line's next head, if there is one, take its turn among the others. */
static void send_head(struct run *run, struct pass_line *line)
{
    if (!pass_line_find_head(line, &run->shared)) {
        contest_leave(&run->contest, (int)line->number);
        return;
    }
    contest_enter(&run->contest, (int)line->number, line->head.borrowing_level,
                  &pass_line_get_head(line)->order, &line->head.amounts);
}

static void start(struct run *run, struct pass_line *line, struct candidate *candidate)
{
    const struct configuration *configuration = run->shared.pass->configuration;

    pass_line_start_head(line, &run->shared);
    if (candidate->user_cap != NULL || candidate->queue_cap != NULL) {
        int64_t amount = gpu_cap_count(configuration, candidate->pod_sets);
        gpu_cap_charge(candidate->user_cap, amount);
        gpu_cap_charge(candidate->queue_cap, amount);
    }
    candidate->admission = take_pointer(&line->head.admission);
    candidate->places = line->head.places;
    memset(&line->head.places, 0, sizeof line->head.places);
    candidate->is_backfilled = line->is_blocked;
    run->start_count++;
}

static void promise(struct run *run, struct pass_line *line, struct candidate *candidate)
{
    outlook_promise(&run->shared.outlook, line->line->node, &line->head);
    candidate->victims = line->head.victims;
    memset(&line->head.victims, 0, sizeof line->head.victims);
    run->shared.pass->has_promises = true;
}

/* True if it waits only because others of the cohort have borrowed its queue's own quota. */
static bool is_lent_away(const struct run *run, const struct pass_line *line)
{
    const struct outlook *outlook = &run->shared.outlook;
    const struct quota_amounts *amounts = &line->head.amounts;
    struct flavor_state state;

    if (!run->has_peers || quota_usage_fits(outlook->usage, line->line->node, amounts)) {
        return false;
    }
    outlook_describe(outlook, &state);
    const struct quota_usage *usage = state.promised != NULL ? state.promised : state.usage;
    array_for_each(item, amounts) {
        if (quota_usage_borrowing_level(usage, line->line->node, item->cell, item->amount) > 0) {
            return false;
        }
    }
    return true;
}

static void let_wait(struct run *run, struct pass_line *line)
{
    failed_shapes_add(&run->shared.failed, line->number, pass_line_get_head(line));
    if (is_lent_away(run, line)) {
        pass_line_keep_for_head(line, &run->shared);
        run->shared.pass->has_promises = true;
    }
}

/* The head's turn has come. */
static void decide(struct run *run, struct pass_line *line)
{
    struct candidate *candidate = pass_line_get_head(line);
    bool is_strict = line->line->queue->queueing_strategy == QUEUEING_STRICT_FIFO;
    enum assignment_mode mode = line->head.mode;

    pass_line_decide_head(line);
    if (mode == ASSIGNMENT_FITS) {
        start(run, line, candidate);
    } else if (mode == ASSIGNMENT_PREEMPTS) {
        promise(run, line, candidate);
    } else {
        let_wait(run, line);
    }
    if (mode != ASSIGNMENT_FITS && is_strict) {
        pass_line_block(line, &run->shared);
    }
    line->position++;
}

/* Others can only make a head wait longer for its turn, and that is seen when its turn comes; but
 * one that borrows and does not fit any more may turn to another flavor where it borrows less. */
static void send_crowded_heads(struct run *run)
{
    bool is_fair_sharing = run->contest.is_fair_sharing;

    array_for_each(line, &run->lines) {
        if ((is_fair_sharing || line->head.borrowing_level > 0) &&
            pass_line_is_crowded_out(line, &run->shared)) {
            send_head(run, line);
        }
    }
}

/* What was found for a head holds only while nobody else has gone; if that is over, it may have to
 * let others go first. True if its turn has come. */
static bool is_up_to_date(struct run *run, struct pass_line *line)
{
    if (line->version == run->shared.outlook.version) {
        return true;
    }
    send_head(run, line);
    return false;
}

void cohort_pass_run(struct cohort_pass *pass)
{
    struct run run = {0};
    int winner;

    init_run(&run, pass);
    array_for_each(line, &run.lines) {
        send_head(&run, line);
    }
    while ((winner = contest_find_winner(&run.contest)) >= 0) {
        struct pass_line *line = &run.lines.items[winner];
        if (!is_up_to_date(&run, line)) {
            continue;
        }
        if (line->head.mode == ASSIGNMENT_FITS && run.start_count == pass->starts_max) {
            pass->is_cut_short = true;
            break;
        }
        uint64_t version = run.shared.outlook.version;
        decide(&run, line);
        send_head(&run, line);
        if (run.shared.outlook.version != version) {
            send_crowded_heads(&run);
        }
    }
    release_run(&run);
}
