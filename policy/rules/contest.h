/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/order.h"
#include "policy/rules/quota_tree.h"

/* Who stands for one line, and what decides whether the line goes next. */
struct contestant {
    int node;                            /* of the line's ClusterQueue */
    int borrowing_level;                 /* the least goes first, unless shares count */
    const struct order_key *order;       /* then priority and arrival */
    const struct quota_amounts *amounts; /* what it would take */
};

/* Two who play against each other; the first matches are the lines themselves. */
struct contest_match {
    int left;
    int right;
    int next;   /* the match that the winner goes on to; -1: it has won all */
    int winner; /* a line; -1: nobody stands */
};

/*
 * Of all lines in a tree, which goes next: the one that borrows least, then by priority, then by
 * arrival. With fair sharing, a tournament up the tree: below each Cohort, the child with the
 * smallest share, were its winner to go. A change costs only the matches on the way up.
 *
 * Owned by one pass. Borrows the usage and what the contestants point to.
 */
struct contest {
    const struct quota_usage *usage;
    bool is_fair_sharing;
    struct contestants ARRAY_OF(struct contestant) contestants; /* by line */
    struct contest_matches ARRAY_OF(struct contest_match) matches;
    int final;
};

void contest_init(struct contest *contest, const struct quota_usage *usage, bool is_fair_sharing);
void contest_release(struct contest *contest);

/* Adds a line for which nobody stands yet; lines are numbered as they are added. */
void contest_add_line(struct contest *contest, int node);

/* Draws who plays against whom; to be called once all lines are there. */
void contest_draw(struct contest *contest);

/* Lets somebody stand for the line, or nobody; to be called after its usage changed, too. */
void contest_enter(struct contest *contest, int line, int borrowing_level,
                   const struct order_key *order, const struct quota_amounts *amounts);
void contest_leave(struct contest *contest, int line);

/* The line that goes next; -1: none. */
int contest_find_winner(const struct contest *contest);
