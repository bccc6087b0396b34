/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/policy/rules/quota_law.h"

#include "base/text.h"

enum { NONE = -1 };

static const struct quota_node *node_at(const struct quota_law *law, int node)
{
    return &law->tree->nodes.items[node];
}

static const struct resource_group_list *groups_of(const struct quota_node *node)
{
    if (node->queue != NULL) {
        return &node->queue->resource_groups;
    }
    return node->cohort != NULL ? &node->cohort->resource_groups : NULL;
}

static const struct flavor_quota *find_quota(const struct quota_law *law, int node, int cell)
{
    const struct resource_group_list *groups = groups_of(node_at(law, node));
    const struct quota_cell *asked = &law->tree->cells.items[cell];

    if (groups == NULL) {
        return NULL;
    }
    array_for_each(group, groups) {
        array_for_each(quota, &group->flavors) {
            if (text_equal(quota->flavor, asked->flavor) &&
                resources_has(&quota->nominal, asked->resource)) {
                return quota;
            }
        }
    }
    return NULL;
}

/* A limit of the node; NONE if it has none. */
static int64_t read_limit(const struct quota_law *law, const struct resources *limits, int cell)
{
    const char *resource = law->tree->cells.items[cell].resource;

    return resources_has(limits, resource) ? resources_get(limits, resource) : NONE;
}

/* What the node keeps for itself, whoever asks. */
static wide_amount kept_by(const struct quota_law *law, int node, int cell)
{
    const struct flavor_quota *quota = find_quota(law, node, cell);
    int64_t lending = quota != NULL ? read_limit(law, &quota->lending_limit, cell) : NONE;
    wide_amount subtree = quota_law_subtree(law, node, cell);

    return lending != NONE && subtree > lending ? subtree - lending : 0;
}

wide_amount quota_law_subtree(const struct quota_law *law, int node, int cell)
{
    const struct flavor_quota *quota = find_quota(law, node, cell);
    wide_amount sum = 0;

    if (quota != NULL) {
        sum += resources_get(&quota->nominal, law->tree->cells.items[cell].resource);
    }
    for (int child = 0; child < (int)law->tree->nodes.count; child++) {
        if (node_at(law, child)->parent == node) {
            sum += quota_law_subtree(law, child, cell) - kept_by(law, child, cell);
        }
    }
    return sum;
}

wide_amount quota_law_used(const struct quota_law *law, int node, int cell)
{
    wide_amount sum = law->held[node][cell];

    for (int child = 0; child < (int)law->tree->nodes.count; child++) {
        if (node_at(law, child)->parent == node) {
            wide_amount charged = quota_law_used(law, child, cell) - kept_by(law, child, cell);
            sum += charged > 0 ? charged : 0;
        }
    }
    return sum;
}

bool quota_law_allows(const struct quota_law *law, int node, int cell, wide_amount used)
{
    const struct flavor_quota *quota = find_quota(law, node, cell);
    wide_amount subtree = quota_law_subtree(law, node, cell);

    if (node_at(law, node)->parent == QUOTA_NO_PARENT) {
        return used <= subtree;
    }
    int64_t borrowing = quota != NULL ? read_limit(law, &quota->borrowing_limit, cell) : NONE;
    return borrowing == NONE || used <= subtree + borrowing;
}
