/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/quota_tree.h"

#include "policy/rules/saturating.h"

static int64_t smaller(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

static int64_t or_zero(int64_t amount)
{
    return amount > 0 ? amount : 0;
}

static int parent_of(const struct quota_tree *tree, int node)
{
    return tree->nodes.items[node].parent;
}

static size_t position(const struct quota_tree *tree, int node, int cell)
{
    return (size_t)node * tree->cells.count + (size_t)cell;
}

static const struct quota_limit *limit_of(const struct quota_tree *tree, int node, int cell)
{
    return &tree->limits[position(tree, node, cell)];
}

static size_t size_bytes(const struct quota_tree *tree)
{
    return tree->nodes.count * tree->cells.count * sizeof(int64_t);
}

void quota_amounts_add(struct quota_amounts *amounts, int cell, int64_t amount)
{
    if (cell == QUOTA_NO_CELL) {
        return;
    }
    array_for_each(item, amounts) {
        if (item->cell == cell) {
            item->amount = saturating_add(item->amount, amount);
            return;
        }
    }
    array_append(amounts, ((struct quota_amount){cell, amount}));
}

void quota_usage_init(struct quota_usage *usage, const struct quota_tree *tree)
{
    usage->tree = tree;
    usage->used = memory_allocate(size_bytes(tree));
}

void quota_usage_copy(const struct quota_usage *usage, struct quota_usage *out_copy)
{
    quota_usage_init(out_copy, usage->tree);
    memcpy(out_copy->used, usage->used, size_bytes(usage->tree));
}

void quota_usage_release(struct quota_usage *usage)
{
    free(usage->used);
    memset(usage, 0, sizeof *usage);
}

int64_t quota_usage_get(const struct quota_usage *usage, int node, int cell)
{
    return usage->used[position(usage->tree, node, cell)];
}

/* Of a change of what the node uses, the part that its parent is charged with: what lies above the
 * quota that the node never lends. */
static int64_t pass_on(const struct quota_usage *usage, int node, int cell, int64_t change)
{
    int64_t local = limit_of(usage->tree, node, cell)->local;
    int64_t before = quota_usage_get(usage, node, cell);
    int64_t after = saturating_add(before, change);

    return or_zero(saturating_subtract(after, local)) - or_zero(saturating_subtract(before, local));
}

static void apply_change(struct quota_usage *usage, int node, int cell, int64_t change)
{
    while (node != QUOTA_NO_PARENT && change != 0) {
        int64_t passed_on = pass_on(usage, node, cell, change);
        int64_t *used = &usage->used[position(usage->tree, node, cell)];
        *used = saturating_add(*used, change);
        change = passed_on;
        node = parent_of(usage->tree, node);
    }
}

void quota_usage_add(struct quota_usage *usage, int node, const struct quota_amounts *amounts)
{
    array_for_each(item, amounts) {
        apply_change(usage, node, item->cell, item->amount);
    }
}

void quota_usage_subtract(struct quota_usage *usage, int node, const struct quota_amounts *amounts)
{
    array_for_each(item, amounts) {
        apply_change(usage, node, item->cell, -item->amount);
    }
}

int64_t quota_usage_charge(const struct quota_usage *usage, int queue, int node, int cell,
                           int64_t amount)
{
    while (queue != node) {
        amount = pass_on(usage, queue, cell, amount);
        queue = parent_of(usage->tree, queue);
    }
    return amount;
}

/* How much its parent lets the node have beyond what the node keeps for itself. */
static int64_t borrowing_headroom(const struct quota_limit *limit, int64_t used)
{
    int64_t charged = or_zero(saturating_subtract(used, limit->local));
    int64_t lent = limit->subtree - limit->local;

    if (limit->borrowing == QUOTA_UNLIMITED) {
        return QUOTA_UNLIMITED;
    }
    return saturating_subtract(saturating_add(lent, limit->borrowing), charged);
}

/* What is available to a node: what it has left of its own, and then as much of what is available
 * to its parent as its borrowing limit allows. `used` NULL: nothing is used. */
static int64_t find_room(const struct quota_tree *tree, const int64_t *used, int node, int cell)
{
    int64_t most = QUOTA_UNLIMITED;
    int64_t own = 0;

    if (tree->is_cyclic) {
        return 0;
    }
    for (;; node = parent_of(tree, node)) {
        const struct quota_limit *limit = limit_of(tree, node, cell);
        int64_t used_here = used != NULL ? used[position(tree, node, cell)] : 0;
        if (parent_of(tree, node) == QUOTA_NO_PARENT) {
            own = saturating_add(own, saturating_subtract(limit->subtree, used_here));
            return smaller(most, own);
        }
        own = saturating_add(own, or_zero(saturating_subtract(limit->local, used_here)));
        most = smaller(most, saturating_add(own, borrowing_headroom(limit, used_here)));
    }
}

int64_t quota_usage_available(const struct quota_usage *usage, int node, int cell)
{
    return find_room(usage->tree, usage->used, node, cell);
}

int64_t quota_tree_potential(const struct quota_tree *tree, int node, int cell)
{
    return find_room(tree, NULL, node, cell);
}

static bool exceeds_quota(const struct quota_usage *usage, int node, int cell, int64_t more)
{
    int64_t used = quota_usage_get(usage, node, cell);

    return saturating_add(used, more) > limit_of(usage->tree, node, cell)->subtree;
}

int quota_usage_borrowing_level(const struct quota_usage *usage, int node, int cell, int64_t amount)
{
    while (exceeds_quota(usage, node, cell, amount) &&
           parent_of(usage->tree, node) != QUOTA_NO_PARENT) {
        amount = pass_on(usage, node, cell, amount);
        node = parent_of(usage->tree, node);
    }
    return usage->tree->nodes.items[node].height;
}

bool quota_usage_is_borrowing(const struct quota_usage *usage, int node, int cell)
{
    return exceeds_quota(usage, node, cell, 0);
}

bool quota_usage_fits(const struct quota_usage *usage, int node,
                      const struct quota_amounts *amounts)
{
    if (usage->tree->is_cyclic) {
        return false;
    }
    array_for_each(item, amounts) {
        if (item->amount > quota_usage_available(usage, node, item->cell)) {
            return false;
        }
    }
    return true;
}
