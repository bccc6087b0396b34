/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/policy/rules/slow_pass.h"

struct slow_line {
    struct candidate_line *line;
    size_t next; /* the first that is not decided */
    bool is_stopped;
    struct quota_amounts kept;
    struct assignment head;
};

struct slow_pass {
    struct cohort_pass *pass;
    struct slow_lines ARRAY_OF(struct slow_line) lines;
};

static struct candidate *head_of(const struct slow_line *line)
{
    return line->next < line->line->candidates.count ? &line->line->candidates.items[line->next]
                                                     : NULL;
}

/* What is held, and what is kept for the lines except one (NULL: for all). */
static void add_up(const struct slow_pass *slow, const struct slow_line *exception,
                   struct quota_usage *out_usage)
{
    quota_usage_copy(slow->pass->usage, out_usage);
    array_for_each(line, &slow->lines) {
        if (line != exception) {
            quota_usage_add(out_usage, line->line->node, &line->kept);
        }
    }
}

static void evaluate(const struct slow_pass *slow, struct slow_line *line)
{
    struct quota_usage promised;
    const struct candidate *head = head_of(line);
    const struct flavor_request request = {.pod_sets = head->pod_sets, .order = head->order};

    add_up(slow, line, &promised);
    const struct flavor_state state = {
        .rules = {slow->pass->configuration, line->line->queue, slow->pass->flavors},
        .node = line->line->node,
        .usage = slow->pass->usage,
        .promised = &promised,
    };
    assignment_release(&line->head);
    flavors_assign(&state, &request, &line->head);
    quota_usage_release(&promised);
}

static void decide(struct slow_line *line, enum verdict_kind kind)
{
    struct candidate *head = head_of(line);

    head->verdict.kind = kind;
    head->is_tried = true;
    line->next++;
}

/* The verdict of one of the same shape that did not fit before it; FITS: there is none. */
static enum verdict_kind find_failure(const struct slow_line *line)
{
    const struct candidate *head = head_of(line);

    for (size_t i = 0; i < line->next; i++) {
        const struct candidate *before = &line->line->candidates.items[i];
        if (before->shape == head->shape && before->verdict.kind != VERDICT_FITS) {
            return before->verdict.kind;
        }
    }
    return VERDICT_FITS;
}

/* Decides about those who need no turn; false if nobody is left. */
static bool find_head(const struct slow_pass *slow, struct slow_line *line)
{
    while (head_of(line) != NULL && !line->is_stopped) {
        enum verdict_kind failure = find_failure(line);
        if (failure != VERDICT_FITS) {
            decide(line, failure);
            continue;
        }
        evaluate(slow, line);
        if (line->head.mode != ASSIGNMENT_NEVER) {
            return true;
        }
        decide(line, VERDICT_INADMISSIBLE);
    }
    return false;
}

static bool goes_first(const struct slow_line *line, const struct slow_line *other)
{
    if (line->head.borrowing_level != other->head.borrowing_level) {
        return line->head.borrowing_level < other->head.borrowing_level;
    }
    return order_compare(&head_of(line)->order, &head_of(other)->order) < 0;
}

static bool is_within_own_quota(const struct slow_pass *slow, const struct slow_line *line)
{
    struct quota_usage promised;
    bool is_within = true;

    add_up(slow, NULL, &promised);
    array_for_each(item, &line->head.amounts) {
        is_within = is_within && quota_usage_borrowing_level(&promised, line->line->node,
                                                             item->cell, item->amount) == 0;
    }
    quota_usage_release(&promised);
    return is_within;
}

static bool is_alone(const struct slow_pass *slow)
{
    size_t queue_count = 0;

    array_for_each(node, &slow->pass->usage->tree->nodes) {
        queue_count += node->queue != NULL ? 1 : 0;
    }
    return queue_count == 1;
}

static void start(struct slow_pass *slow, struct slow_line *line)
{
    quota_usage_add(slow->pass->usage, line->line->node, &line->head.amounts);
    array_for_each(kept, &line->kept) {
        array_for_each(item, &line->head.amounts) {
            if (item->cell == kept->cell) {
                kept->amount -= item->amount < kept->amount ? item->amount : kept->amount;
            }
        }
    }
    decide(line, VERDICT_FITS);
}

static void let_wait(struct slow_pass *slow, struct slow_line *line)
{
    bool lacks_quota = !quota_usage_fits(slow->pass->usage, line->line->node, &line->head.amounts);

    if (lacks_quota && !is_alone(slow) && is_within_own_quota(slow, line)) {
        array_for_each(item, &line->head.amounts) {
            quota_amounts_add(&line->kept, item->cell, item->amount);
        }
        slow->pass->has_promises = true;
    }
    line->is_stopped = line->line->queue->queueing_strategy == QUEUEING_STRICT_FIFO;
    decide(line, VERDICT_WAITS);
}

static struct slow_line *find_next(struct slow_pass *slow)
{
    struct slow_line *first = NULL;

    array_for_each(line, &slow->lines) {
        if (find_head(slow, line) && (first == NULL || goes_first(line, first))) {
            first = line;
        }
    }
    return first;
}

void slow_pass_run(struct cohort_pass *pass)
{
    struct slow_pass slow = {.pass = pass};
    struct slow_line *next;

    array_for_each(line, &pass->lines) {
        array_append(&slow.lines, ((struct slow_line){.line = line}));
    }
    while ((next = find_next(&slow)) != NULL) {
        if (next->head.mode == ASSIGNMENT_FITS) {
            start(&slow, next);
        } else {
            let_wait(&slow, next);
        }
    }
    array_for_each(line, &slow.lines) {
        assignment_release(&line->head);
        array_release(&line->kept);
    }
    array_release(&slow.lines);
}
