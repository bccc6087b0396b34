/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/contest.h"

#include "policy/rules/fair_share.h"

enum { NOBODY = -1 };

/* The matches whose winners play on at one node of the tree. */
struct round ARRAY_OF(int);

void contest_init(struct contest *contest, const struct quota_usage *usage, bool is_fair_sharing)
{
    *contest = (struct contest){
        .usage = usage,
        .is_fair_sharing = is_fair_sharing,
        .final = NOBODY,
    };
}

void contest_release(struct contest *contest)
{
    array_release(&contest->contestants);
    array_release(&contest->matches);
    memset(contest, 0, sizeof *contest);
}

void contest_add_line(struct contest *contest, int node)
{
    array_append(&contest->contestants, ((struct contestant){.node = node}));
    array_append(&contest->matches, ((struct contest_match){NOBODY, NOBODY, NOBODY, NOBODY}));
}

static int add_match(struct contest *contest, int left, int right)
{
    int match = (int)contest->matches.count;

    array_append(&contest->matches, ((struct contest_match){left, right, NOBODY, NOBODY}));
    contest->matches.items[left].next = match;
    contest->matches.items[right].next = match;
    return match;
}

/* Plays the round down to one match, which is left in it. */
static void draw_round(struct contest *contest, struct round *round)
{
    while (round->count > 1) {
        size_t count = 0;
        for (size_t i = 0; i + 1 < round->count; i += 2) {
            round->items[count++] = add_match(contest, round->items[i], round->items[i + 1]);
        }
        if (round->count % 2 == 1) {
            round->items[count++] = round->items[round->count - 1];
        }
        round->count = count;
    }
}

/* The winners of a node play on at its parent; parents come before their children. */
void contest_draw(struct contest *contest)
{
    const struct quota_node_list *nodes = &contest->usage->tree->nodes;
    struct round *rounds = memory_allocate(nodes->count * sizeof *rounds);

    for (size_t line = 0; line < contest->contestants.count; line++) {
        array_append(&rounds[contest->contestants.items[line].node], (int)line);
    }
    for (size_t node = nodes->count; node-- > 0;) {
        struct round *round = &rounds[node];
        int parent = nodes->items[node].parent;
        draw_round(contest, round);
        if (round->count > 0 && parent != QUOTA_NO_PARENT) {
            array_append(&rounds[parent], round->items[0]);
        } else if (round->count > 0) {
            contest->final = round->items[0];
        }
        array_release(round);
    }
    free(rounds);
}

static int compare(const struct contest *contest, const struct contestant *left,
                   const struct contestant *right)
{
    int order = left->borrowing_level - right->borrowing_level;

    if (contest->is_fair_sharing) {
        order = left->node == right->node
                    ? 0
                    : fair_share_compare(contest->usage, left->node, left->amounts, right->node,
                                         right->amounts);
    }
    return order != 0 ? order : order_compare(left->order, right->order);
}

static int play(const struct contest *contest, int left, int right)
{
    const struct contestant *contestants = contest->contestants.items;

    if (left == NOBODY || right == NOBODY) {
        return left == NOBODY ? right : left;
    }
    return compare(contest, &contestants[left], &contestants[right]) <= 0 ? left : right;
}

/* Plays anew all matches that the line could come to. */
static void replay(struct contest *contest, int line)
{
    struct contest_match *matches = contest->matches.items;

    for (int i = matches[line].next; i != NOBODY; i = matches[i].next) {
        matches[i].winner =
            play(contest, matches[matches[i].left].winner, matches[matches[i].right].winner);
    }
}

void contest_enter(struct contest *contest, int line, int borrowing_level,
                   const struct order_key *order, const struct quota_amounts *amounts)
{
    struct contestant *contestant = &contest->contestants.items[line];

    contestant->borrowing_level = borrowing_level;
    contestant->order = order;
    contestant->amounts = amounts;
    contest->matches.items[line].winner = line;
    replay(contest, line);
}

void contest_leave(struct contest *contest, int line)
{
    contest->matches.items[line].winner = NOBODY;
    replay(contest, line);
}

int contest_find_winner(const struct contest *contest)
{
    return contest->final != NOBODY ? contest->matches.items[contest->final].winner : NOBODY;
}
