/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/fair_share.h"

#include "policy/rules/saturating.h"

/* Shares are compared more finely than they are shown, so that one GPU borrowed of thousands still
 * counts. */
enum { BILLIONTHS = 1000000000, BILLIONTHS_IN_THOUSANDTH = 1000000 };

/* Any infinite share is larger than any other; of two of them the one that borrows more. */
struct share {
    bool is_infinite;
    int64_t billionths;
};

static int64_t amount_of(const struct quota_amounts *amounts, int cell)
{
    if (amounts == NULL) {
        return 0;
    }
    array_for_each(item, amounts) {
        if (item->cell == cell) {
            return item->amount;
        }
    }
    return 0;
}

/* What the node would use above its own quota. */
static int64_t borrowed(const struct quota_usage *usage, int node, int queue,
                        const struct quota_amounts *more, int cell)
{
    int64_t added = quota_usage_charge(usage, queue, node, cell, amount_of(more, cell));
    int64_t used = saturating_add(quota_usage_get(usage, node, cell), added);
    int64_t above = saturating_subtract(used, quota_tree_limit(usage->tree, node, cell)->subtree);

    return above > 0 ? above : 0;
}

static int64_t divide(int64_t amount, int64_t whole, int64_t weight_milli)
{
    __int128 share = (__int128)amount * BILLIONTHS * 1000 / ((__int128)whole * weight_milli);

    return share < INT64_MAX ? (int64_t)share : INT64_MAX;
}

static bool is_same_resource(const struct quota_tree *tree, int left, int right)
{
    return strcmp(tree->cells.items[left].resource, tree->cells.items[right].resource) == 0;
}

/* Cells of the same resource, its flavors, come one after the other. */
static struct share evaluate(const struct quota_usage *usage, int node, int queue,
                             const struct quota_amounts *more)
{
    const struct quota_tree *tree = usage->tree;
    int64_t weight_milli = tree->nodes.items[node].fair_weight_milli;
    int parent = tree->nodes.items[node].parent;
    struct share share = {0};
    int64_t taken = 0;
    int64_t lendable = 0;

    for (int cell = 0; parent != QUOTA_NO_PARENT && cell < (int)tree->cells.count; cell++) {
        taken = saturating_add(taken, borrowed(usage, node, queue, more, cell));
        lendable = saturating_add(lendable, quota_tree_potential(tree, parent, cell));
        if (cell + 1 < (int)tree->cells.count && is_same_resource(tree, cell, cell + 1)) {
            continue;
        }
        if (taken > 0 && lendable > 0) {
            int64_t billionths = divide(taken, lendable, weight_milli != 0 ? weight_milli : 1000);
            share.billionths = billionths > share.billionths ? billionths : share.billionths;
            share.is_infinite = weight_milli == 0;
        }
        taken = 0;
        lendable = 0;
    }
    return share;
}

int64_t fair_share_evaluate(const struct quota_usage *usage, int node, int queue,
                            const struct quota_amounts *more)
{
    struct share share = evaluate(usage, node, queue, more);

    return share.is_infinite ? FAIR_SHARE_INFINITE : share.billionths / BILLIONTHS_IN_THOUSANDTH;
}

static int compare(struct share left, struct share right)
{
    if (left.is_infinite != right.is_infinite) {
        return left.is_infinite ? 1 : -1;
    }
    return (left.billionths > right.billionths) - (left.billionths < right.billionths);
}

int fair_share_compare(const struct quota_usage *usage, int left,
                       const struct quota_amounts *left_more, int right,
                       const struct quota_amounts *right_more)
{
    const struct quota_node *nodes = usage->tree->nodes.items;
    int left_top = left;
    int right_top = right;

    /* Parents have smaller numbers than their children. */
    while (nodes[left_top].parent != nodes[right_top].parent) {
        if (nodes[left_top].parent > nodes[right_top].parent) {
            left_top = nodes[left_top].parent;
        } else {
            right_top = nodes[right_top].parent;
        }
    }
    return compare(evaluate(usage, left_top, left, left_more),
                   evaluate(usage, right_top, right, right_more));
}
