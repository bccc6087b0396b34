/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/cohort_pass.h"
#include "policy/rules/failed_shapes.h"
#include "policy/rules/outlook.h"

/* One line while a pass decides about it. Zeroed and then initialised. */
struct pass_line {
    struct candidate_line *line;
    size_t number;
    size_t position; /* of the head, the first that is not decided yet */
    bool has_head;
    struct assignment head;    /* what the head would get */
    uint64_t version;          /* of the outlook, when that was found */
    struct quota_amounts kept; /* for those of the line who wait within its own quota */
    bool can_preempt;
    bool counts_places;
    bool has_backfill;
    bool is_blocked;         /* by a StrictFIFO head, or by somebody ahead of them all */
    int64_t backfill_end_us; /* what ends by then may pass a blocked head; 0: nothing */
};

/* What the lines of a pass have in common. */
struct pass_shared {
    struct cohort_pass *pass;
    struct outlook outlook;
    struct failed_shapes failed;
    bool keeps_starts; /* among the holders, for some line lets candidates pass a blocked head */
};

void pass_line_init(struct pass_line *line, const struct pass_shared *shared,
                    struct candidate_line *candidates, size_t number);
void pass_line_release(struct pass_line *line);

struct candidate *pass_line_get_head(const struct pass_line *line);

/* Goes on, from the head, to the first candidate that must take its turn among the lines, and
 * evaluates it; decides about those before it who cannot start whoever goes first. False if there
 * is none. */
bool pass_line_find_head(struct pass_line *line, struct pass_shared *shared);

/* True if the head was found to fit and does not any more. */
bool pass_line_is_crowded_out(struct pass_line *line, struct pass_shared *shared);

/* Gives the head the verdict that was found for it. */
void pass_line_decide_head(struct pass_line *line);

/* Blocks those behind the head, which waits in a StrictFIFO queue. */
void pass_line_block(struct pass_line *line, struct pass_shared *shared);

/* Charges the head, which fits, and lets what is kept for the line shrink by it. */
void pass_line_start_head(struct pass_line *line, struct pass_shared *shared);

/* Keeps the amounts of the head, which waits for its queue's own quota to come back. */
void pass_line_keep_for_head(struct pass_line *line, struct pass_shared *shared);
