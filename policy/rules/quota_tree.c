/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/quota_tree.h"

#include "policy/rules/saturating.h"

/* What a ClusterQueue or Cohort that does not name a cell says about it. */
static const struct quota_limit undefined_limit = {.borrowing = QUOTA_UNLIMITED,
                                                   .lending = QUOTA_UNLIMITED};

/* The number of the cell, or where it would be inserted. */
static size_t find_position(const struct quota_tree *tree, const char *flavor, const char *resource,
                            bool *out_is_there)
{
    size_t low = 0;
    size_t high = tree->cells.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct quota_cell *cell = &tree->cells.items[middle];
        int order = strcmp(cell->resource, resource);
        order = order != 0 ? order : strcmp(cell->flavor, flavor);
        if (order == 0) {
            *out_is_there = true;
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *out_is_there = false;
    return low;
}

static void add_cell(struct quota_tree *tree, const char *flavor, const char *resource)
{
    bool is_there;
    size_t position = find_position(tree, flavor, resource, &is_there);

    if (!is_there) {
        array_insert(&tree->cells, position, ((struct quota_cell){flavor, resource}));
    }
}

static const struct resource_group_list *groups_of(const struct quota_node *node)
{
    static const struct resource_group_list none;

    if (node->queue != NULL) {
        return &node->queue->resource_groups;
    }
    return node->cohort != NULL ? &node->cohort->resource_groups : &none;
}

static void add_cells(struct quota_tree *tree, const struct resource_group_list *groups)
{
    array_for_each(group, groups) {
        array_for_each(quota, &group->flavors) {
            array_for_each(nominal, &quota->nominal) {
                add_cell(tree, quota->flavor, nominal->name);
            }
        }
    }
}

static int64_t limit_or_none(const struct resources *limits, const char *resource)
{
    return resources_has(limits, resource) ? resources_get(limits, resource) : QUOTA_UNLIMITED;
}

static struct quota_limit *limit_at(const struct quota_tree *tree, size_t node, size_t cell)
{
    return &tree->limits[node * tree->cells.count + cell];
}

static void set_limits(struct quota_tree *tree, size_t node, const struct flavor_quota *quota)
{
    array_for_each(nominal, &quota->nominal) {
        int cell = quota_tree_find_cell(tree, quota->flavor, nominal->name);
        *limit_at(tree, node, (size_t)cell) = (struct quota_limit){
            .nominal = nominal->amount,
            .borrowing = limit_or_none(&quota->borrowing_limit, nominal->name),
            .lending = limit_or_none(&quota->lending_limit, nominal->name),
            .is_defined = true,
        };
    }
}

static void read_limits(struct quota_tree *tree)
{
    size_t count = tree->nodes.count * tree->cells.count;

    tree->limits = memory_allocate(count * sizeof *tree->limits);
    for (size_t i = 0; i < count; i++) {
        tree->limits[i] = undefined_limit;
    }
    for (size_t node = 0; node < tree->nodes.count; node++) {
        const struct resource_group_list *groups = groups_of(&tree->nodes.items[node]);
        array_for_each(group, groups) {
            array_for_each(quota, &group->flavors) {
                set_limits(tree, node, quota);
            }
        }
    }
}

/* What a node does not keep for itself is its parent's. */
static void hand_up(struct quota_tree *tree, size_t node)
{
    int parent = tree->nodes.items[node].parent;

    for (size_t cell = 0; cell < tree->cells.count; cell++) {
        struct quota_limit *limit = limit_at(tree, node, cell);
        limit->subtree = saturating_add(limit->subtree, limit->nominal);
        limit->local = limit->subtree > limit->lending ? limit->subtree - limit->lending : 0;
        if (parent != QUOTA_NO_PARENT) {
            struct quota_limit *above = limit_at(tree, (size_t)parent, cell);
            above->subtree = saturating_add(above->subtree, limit->subtree - limit->local);
        }
    }
}

static void raise_parent(struct quota_tree *tree, const struct quota_node *node)
{
    if (node->parent != QUOTA_NO_PARENT) {
        struct quota_node *parent = &tree->nodes.items[node->parent];
        parent->height = parent->height > node->height ? parent->height : node->height + 1;
    }
}

void quota_tree_complete(struct quota_tree *tree)
{
    array_for_each(node, &tree->nodes) {
        add_cells(tree, groups_of(node));
    }
    read_limits(tree);
    /* Children come after their parents: backwards is from the leaves up. */
    for (size_t i = tree->nodes.count; i > 0; i--) {
        hand_up(tree, i - 1);
        raise_parent(tree, &tree->nodes.items[i - 1]);
    }
}

void quota_tree_destroy(struct quota_tree *tree)
{
    if (tree == NULL) {
        return;
    }
    array_release(&tree->nodes);
    array_release(&tree->cells);
    free(tree->limits);
    free(tree);
}

int quota_tree_find_cell(const struct quota_tree *tree, const char *flavor, const char *resource)
{
    bool is_there;
    size_t position = find_position(tree, flavor, resource, &is_there);

    return is_there ? (int)position : QUOTA_NO_CELL;
}

const struct quota_limit *quota_tree_limit(const struct quota_tree *tree, int node, int cell)
{
    return limit_at(tree, (size_t)node, (size_t)cell);
}
