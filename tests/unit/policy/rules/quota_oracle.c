/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/policy/rules/quota_oracle.h"

static int64_t larger(int64_t left, int64_t right)
{
    return left > right ? left : right;
}

static int64_t smaller(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

/* As text_equal; most names are one letter, which the calls of strcmp would cost the most. */
static inline bool is_same(const char *left, const char *right)
{
    if (left == NULL || right == NULL) {
        return left == right;
    }
    while (*left == *right && *left != '\0') {
        left++;
        right++;
    }
    return *left == *right;
}

static bool is_cell(struct quota_cell left, struct quota_cell right)
{
    return is_same(left.flavor, right.flavor) && is_same(left.resource, right.resource);
}

static const struct cluster_queue *find_queue(const struct quota_oracle *oracle, const char *name)
{
    array_for_each(queue, &oracle->draft->queues) {
        if (is_same((*queue)->name, name)) {
            return *queue;
        }
    }
    return NULL;
}

static const struct cohort *find_cohort(const struct quota_oracle *oracle, const char *name)
{
    array_for_each(cohort, &oracle->draft->cohorts) {
        if (is_same((*cohort)->name, name)) {
            return *cohort;
        }
    }
    return NULL;
}

struct oracle_node oracle_parent(const struct quota_oracle *oracle, struct oracle_node node)
{
    const struct cohort *cohort = find_cohort(oracle, node.name);

    if (node.is_queue) {
        return (struct oracle_node){false, find_queue(oracle, node.name)->cohort_name};
    }
    return (struct oracle_node){false, cohort != NULL ? cohort->parent_name : NULL};
}

static bool has_parent(const struct quota_oracle *oracle, struct oracle_node node)
{
    return oracle_parent(oracle, node).name != NULL;
}

bool oracle_is_cyclic(const struct quota_oracle *oracle, struct oracle_node node)
{
    for (size_t steps = 0; steps <= oracle->draft->cohorts.count + 1; steps++) {
        node = oracle_parent(oracle, node);
        if (node.name == NULL) {
            return false;
        }
    }
    return true;
}

enum { CHILDREN_MAX = 12 };

struct children {
    struct oracle_node items[CHILDREN_MAX];
    size_t count;
};

static void add_child(struct children *children, bool is_queue, const char *name)
{
    if (children->count == CHILDREN_MAX) {
        abort();
    }
    children->items[children->count++] = (struct oracle_node){is_queue, name};
}

static struct children children_of(const struct quota_oracle *oracle, struct oracle_node node)
{
    struct children children = {.count = 0};

    if (node.is_queue) {
        return children;
    }
    array_for_each(queue, &oracle->draft->queues) {
        if (is_same((*queue)->cohort_name, node.name)) {
            add_child(&children, true, (*queue)->name);
        }
    }
    array_for_each(cohort, &oracle->draft->cohorts) {
        if (is_same((*cohort)->parent_name, node.name)) {
            add_child(&children, false, (*cohort)->name);
        }
    }
    return children;
}

int oracle_height(const struct quota_oracle *oracle, struct oracle_node node)
{
    struct children children = children_of(oracle, node);
    int height = node.is_queue ? 0 : 1;

    array_for_each(child, &children) {
        int above = oracle_height(oracle, *child) + 1;
        height = above > height ? above : height;
    }
    return height;
}

/* What the object of the node says about the flavor; NULL: nothing. */
static const struct flavor_quota *find_quota(const struct quota_oracle *oracle,
                                             struct oracle_node node, struct quota_cell cell)
{
    const struct cluster_queue *queue = find_queue(oracle, node.name);
    const struct cohort *cohort = find_cohort(oracle, node.name);
    const struct resource_group_list *groups = NULL;

    if (node.is_queue ? queue == NULL : cohort == NULL) {
        return NULL;
    }
    groups = node.is_queue ? &queue->resource_groups : &cohort->resource_groups;
    array_for_each(group, groups) {
        array_for_each(quota, &group->flavors) {
            if (is_same(quota->flavor, cell.flavor)) {
                return quota;
            }
        }
    }
    return NULL;
}

static int64_t nominal_quota(const struct quota_oracle *oracle, struct oracle_node node,
                             struct quota_cell cell)
{
    const struct flavor_quota *quota = find_quota(oracle, node, cell);

    return quota != NULL ? resources_get(&quota->nominal, cell.resource) : 0;
}

static bool find_borrowing_limit(const struct quota_oracle *oracle, struct oracle_node node,
                                 struct quota_cell cell, int64_t *out_limit)
{
    const struct flavor_quota *quota = find_quota(oracle, node, cell);

    if (quota == NULL || !resources_has(&quota->borrowing_limit, cell.resource)) {
        return false;
    }
    *out_limit = resources_get(&quota->borrowing_limit, cell.resource);
    return true;
}

static bool find_lending_limit(const struct quota_oracle *oracle, struct oracle_node node,
                               struct quota_cell cell, int64_t *out_limit)
{
    const struct flavor_quota *quota = find_quota(oracle, node, cell);

    if (quota == NULL || !resources_has(&quota->lending_limit, cell.resource)) {
        return false;
    }
    *out_limit = resources_get(&quota->lending_limit, cell.resource);
    return true;
}

int64_t oracle_subtree(const struct quota_oracle *oracle, struct oracle_node node,
                       struct quota_cell cell)
{
    struct children children = children_of(oracle, node);
    int64_t sum = nominal_quota(oracle, node, cell);

    array_for_each(child, &children) {
        sum += oracle_subtree(oracle, *child, cell) - oracle_local(oracle, *child, cell);
    }
    return sum;
}

int64_t oracle_local(const struct quota_oracle *oracle, struct oracle_node node,
                     struct quota_cell cell)
{
    int64_t limit;

    if (!find_lending_limit(oracle, node, cell, &limit)) {
        return 0;
    }
    return larger(0, oracle_subtree(oracle, node, cell) - limit);
}

/* What the node takes of its parent. */
static int64_t charged(const struct quota_oracle *oracle, struct oracle_node node,
                       struct quota_cell cell)
{
    return larger(0, oracle_usage(oracle, node, cell) - oracle_local(oracle, node, cell));
}

int64_t oracle_usage(const struct quota_oracle *oracle, struct oracle_node node,
                     struct quota_cell cell)
{
    struct children children = children_of(oracle, node);
    int64_t sum = 0;

    array_for_each(child, &children) {
        sum += charged(oracle, *child, cell);
    }
    array_for_each(holding, &oracle->holdings) {
        if (node.is_queue && is_same(holding->queue, node.name) && is_cell(holding->cell, cell)) {
            sum += holding->amount;
        }
    }
    return sum;
}

int64_t oracle_available(const struct quota_oracle *oracle, struct oracle_node node,
                         struct quota_cell cell)
{
    int64_t subtree = oracle_subtree(oracle, node, cell);
    int64_t local = oracle_local(oracle, node, cell);
    int64_t usage = oracle_usage(oracle, node, cell);
    int64_t limit;

    if (!has_parent(oracle, node)) {
        return subtree - usage;
    }
    int64_t from_parent = oracle_available(oracle, oracle_parent(oracle, node), cell);
    if (find_borrowing_limit(oracle, node, cell, &limit)) {
        int64_t headroom = subtree - local + limit - charged(oracle, node, cell);
        from_parent = smaller(from_parent, headroom);
    }
    return larger(0, local - usage) + from_parent;
}

int64_t oracle_potential(const struct quota_oracle *oracle, struct oracle_node node,
                         struct quota_cell cell)
{
    int64_t subtree = oracle_subtree(oracle, node, cell);
    int64_t limit;

    if (!has_parent(oracle, node)) {
        return subtree;
    }
    int64_t most = oracle_local(oracle, node, cell) +
                   oracle_potential(oracle, oracle_parent(oracle, node), cell);
    if (find_borrowing_limit(oracle, node, cell, &limit)) {
        most = smaller(most, subtree + limit);
    }
    return most;
}

bool oracle_is_within_limits(const struct quota_oracle *oracle, struct oracle_node node,
                             struct quota_cell cell)
{
    int64_t limit;

    while (has_parent(oracle, node)) {
        int64_t lent = oracle_subtree(oracle, node, cell) - oracle_local(oracle, node, cell);
        if (find_borrowing_limit(oracle, node, cell, &limit) &&
            charged(oracle, node, cell) > lent + limit) {
            return false;
        }
        node = oracle_parent(oracle, node);
    }
    return oracle_usage(oracle, node, cell) <= oracle_subtree(oracle, node, cell);
}

void oracle_take(struct quota_oracle *oracle, const char *queue, struct quota_cell cell,
                 int64_t amount)
{
    array_append(&oracle->holdings, ((struct oracle_holding){queue, cell, amount}));
}

void oracle_give_back(struct quota_oracle *oracle, const char *queue, struct quota_cell cell,
                      int64_t amount)
{
    for (size_t i = 0; i < oracle->holdings.count; i++) {
        const struct oracle_holding *holding = &oracle->holdings.items[i];
        if (is_same(holding->queue, queue) && is_cell(holding->cell, cell) &&
            holding->amount == amount) {
            array_remove(&oracle->holdings, i);
            return;
        }
    }
}

int oracle_level(struct quota_oracle *oracle, const char *queue, struct quota_cell cell,
                 int64_t amount)
{
    struct oracle_node node = {true, queue};

    oracle_take(oracle, queue, cell, amount);
    while (oracle_usage(oracle, node, cell) > oracle_subtree(oracle, node, cell) &&
           has_parent(oracle, node)) {
        node = oracle_parent(oracle, node);
    }
    oracle_give_back(oracle, queue, cell, amount);
    return oracle_height(oracle, node);
}

static int64_t fair_weight(const struct quota_oracle *oracle, struct oracle_node node)
{
    const struct cohort *cohort = find_cohort(oracle, node.name);

    if (node.is_queue) {
        return find_queue(oracle, node.name)->fair_weight_milli;
    }
    return cohort != NULL ? cohort->fair_weight_milli : 1000;
}

static void raise_share(struct oracle_share *share, int64_t borrowed, int64_t lendable,
                        int64_t weight_milli)
{
    bool is_infinite = weight_milli == 0;
    int64_t weight = is_infinite ? 1000 : weight_milli;
    __int128 thousandths = (__int128)borrowed * 1000 * 1000 / ((__int128)lendable * weight);
    long double exact = (long double)borrowed / (long double)lendable * 1000 / (long double)weight;

    share->is_infinite = is_infinite;
    share->thousandths = is_infinite ? INT64_MAX : larger(share->thousandths, (int64_t)thousandths);
    share->exact = exact > share->exact ? exact : share->exact;
}

struct oracle_share oracle_share(const struct quota_oracle *oracle, struct oracle_node node,
                                 const struct quota_cell_list *cells)
{
    struct oracle_node parent = oracle_parent(oracle, node);
    struct oracle_share share = {0};

    if (parent.name == NULL) {
        return share;
    }
    array_for_each(resource, cells) {
        int64_t borrowed = 0;
        int64_t lendable = 0;
        array_for_each(cell, cells) {
            if (is_same(cell->resource, resource->resource)) {
                borrowed += larger(0, oracle_usage(oracle, node, *cell) -
                                          oracle_subtree(oracle, node, *cell));
                lendable += oracle_potential(oracle, parent, *cell);
            }
        }
        if (borrowed > 0 && lendable > 0) {
            raise_share(&share, borrowed, lendable, fair_weight(oracle, node));
        }
    }
    return share;
}

static bool is_above(const struct quota_oracle *oracle, const char *cohort, struct oracle_node node)
{
    for (node = oracle_parent(oracle, node); node.name != NULL;
         node = oracle_parent(oracle, node)) {
        if (is_same(node.name, cohort)) {
            return true;
        }
    }
    return false;
}

struct oracle_node oracle_rival(const struct quota_oracle *oracle, const char *queue,
                                const char *other)
{
    struct oracle_node node = {true, queue};
    struct oracle_node parent = oracle_parent(oracle, node);

    while (parent.name != NULL &&
           !is_above(oracle, parent.name, (struct oracle_node){true, other})) {
        node = parent;
        parent = oracle_parent(oracle, node);
    }
    return node;
}
