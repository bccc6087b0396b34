/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/policy/rules/quota_trial_checks.h"

#include <math.h>

#include "policy/rules/fair_share.h"

enum { DEEP_ONE_IN = 10 };

/* Two shares closer than this are one. */
static const long double smallest_difference = 2e-9L;

struct quota_place quota_trial_place(const struct quota_trial *trial, const char *queue)
{
    const struct quota_leaf *leaf = quota_forest_find(trial->forest, queue);

    return (struct quota_place){&trial->usages.items[leaf->tree], leaf->node, {true, queue}};
}

static void expect(struct quota_trial *trial, const struct quota_place *place, const char *what,
                   int cell, int64_t fast, int64_t slow)
{
    const struct quota_cell *cells = place->usage->tree->cells.items;

    if (fast != slow && trial->difference.bytes == NULL) {
        text_append_format(&trial->difference, "%s of %s for %s/%s: %ld, but by the oracle %ld\n",
                           what, place->name.name, cell >= 0 ? cells[cell].flavor : "-",
                           cell >= 0 ? cells[cell].resource : "-", fast, slow);
    }
}

/* Goes to the parent in both; false at the root. */
static bool climb(struct quota_trial *trial, struct quota_place *place)
{
    const struct quota_node *nodes = place->usage->tree->nodes.items;
    struct oracle_node above = oracle_parent(&trial->oracle, place->name);
    int parent = nodes[place->node].parent;

    if (above.name == NULL || parent == QUOTA_NO_PARENT) {
        expect(trial, place, "parent", QUOTA_NO_CELL, parent,
               above.name == NULL ? QUOTA_NO_PARENT : 0);
        return false;
    }
    expect(trial, place, "name of parent", QUOTA_NO_CELL, 0,
           strcmp(nodes[parent].name, above.name));
    place->node = parent;
    place->name = above;
    return true;
}

/* What the node and all above it use. */
static void check_usage(struct quota_trial *trial, struct quota_place place, int cell)
{
    struct quota_cell name = place.usage->tree->cells.items[cell];

    do {
        expect(trial, &place, "usage", cell, quota_usage_get(place.usage, place.node, cell),
               oracle_usage(&trial->oracle, place.name, name));
    } while (climb(trial, &place));
}

static void check_limits(struct quota_trial *trial, struct quota_place place, int cell)
{
    struct quota_cell name = place.usage->tree->cells.items[cell];

    do {
        const struct quota_limit *limit = quota_tree_limit(place.usage->tree, place.node, cell);
        expect(trial, &place, "subtree", cell, limit->subtree,
               oracle_subtree(&trial->oracle, place.name, name));
        expect(trial, &place, "local", cell, limit->local,
               oracle_local(&trial->oracle, place.name, name));
        expect(trial, &place, "potential", cell,
               quota_tree_potential(place.usage->tree, place.node, cell),
               oracle_potential(&trial->oracle, place.name, name));
        expect(trial, &place, "height", QUOTA_NO_CELL,
               place.usage->tree->nodes.items[place.node].height,
               oracle_height(&trial->oracle, place.name));
    } while (climb(trial, &place));
}

static void check_room(struct quota_trial *trial, const struct quota_place *place, int cell)
{
    struct quota_oracle *oracle = &trial->oracle;
    struct quota_cell name = place->usage->tree->cells.items[cell];
    int64_t available = oracle_available(oracle, place->name, name);
    int64_t amount = (int64_t)dice_roll(&trial->dice, 8);

    expect(trial, place, "available", cell, quota_usage_available(place->usage, place->node, cell),
           available);
    expect(trial, place, "borrowing level", cell,
           quota_usage_borrowing_level(place->usage, place->node, cell, amount),
           oracle_level(oracle, place->name.name, name, amount));
    expect(trial, place, "is borrowing", cell,
           quota_usage_is_borrowing(place->usage, place->node, cell),
           oracle_usage(oracle, place->name, name) > oracle_subtree(oracle, place->name, name));
}

/* What is available may be taken without breaking a limit, and not one more. */
static void check_meaning(struct quota_trial *trial, const struct quota_place *place, int cell)
{
    struct quota_oracle *oracle = &trial->oracle;
    struct quota_cell name = place->usage->tree->cells.items[cell];
    int64_t available = quota_usage_available(place->usage, place->node, cell);

    if (!oracle_is_within_limits(oracle, place->name, name)) {
        return;
    }
    oracle_take(oracle, place->name.name, name, available);
    expect(trial, place, "room for what is available", cell, true,
           oracle_is_within_limits(oracle, place->name, name));
    oracle_take(oracle, place->name.name, name, 1);
    expect(trial, place, "room for one more", cell, false,
           oracle_is_within_limits(oracle, place->name, name));
    oracle_give_back(oracle, place->name.name, name, available);
    oracle_give_back(oracle, place->name.name, name, 1);
}

/* Amounts that the ClusterQueue might ask for, of all cells of one flavor. */
static void ask(struct quota_trial *trial, const struct quota_place *place,
                struct quota_amounts *amounts)
{
    const char *flavor = case_flavors[dice_roll(&trial->dice, ARRAY_LENGTH(case_flavors))];

    quota_amounts_add(amounts, quota_tree_find_cell(place->usage->tree, flavor, "cpu"),
                      (int64_t)dice_roll(&trial->dice, 4));
    quota_amounts_add(amounts, quota_tree_find_cell(place->usage->tree, flavor, "gpu"),
                      (int64_t)dice_roll(&trial->dice, 4));
}

static void check_fit(struct quota_trial *trial, const struct quota_place *place)
{
    struct quota_amounts amounts = {0};
    bool fits = true;

    ask(trial, place, &amounts);
    array_for_each(item, &amounts) {
        struct quota_cell name = place->usage->tree->cells.items[item->cell];
        fits = fits && item->amount <= oracle_available(&trial->oracle, place->name, name);
    }
    expect(trial, place, "fit", QUOTA_NO_CELL,
           quota_usage_fits(place->usage, place->node, &amounts), fits);
    array_release(&amounts);
}

/* As if the ClusterQueue held the amounts. */
static struct oracle_share share_with(struct quota_trial *trial, const struct quota_place *queue,
                                      const struct quota_amounts *amounts, struct oracle_node node)
{
    const struct quota_cell_list *cells = &queue->usage->tree->cells;
    size_t held = trial->oracle.holdings.count;

    array_for_each(item, amounts) {
        oracle_take(&trial->oracle, queue->name.name, cells->items[item->cell], item->amount);
    }
    struct oracle_share share = oracle_share(&trial->oracle, node, cells);
    trial->oracle.holdings.count = held;
    return share;
}

static void check_share(struct quota_trial *trial, const struct quota_place *queue)
{
    struct quota_amounts amounts = {0};
    struct quota_place place = *queue;

    ask(trial, queue, &amounts);
    do {
        expect(trial, &place, "share", QUOTA_NO_CELL,
               fair_share_evaluate(queue->usage, place.node, queue->node, &amounts),
               share_with(trial, queue, &amounts, place.name).thousandths);
    } while (climb(trial, &place));
    array_release(&amounts);
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static int compare_shares(struct oracle_share left, struct oracle_share right)
{
    if (left.is_infinite != right.is_infinite) {
        return left.is_infinite ? 1 : -1;
    }
    if (fabsl(left.exact - right.exact) < smallest_difference) {
        return 0;
    }
    return left.exact > right.exact ? 1 : -1;
}

static void check_comparison(struct quota_trial *trial, const struct quota_place *left,
                             const struct quota_place *right)
{
    struct quota_amounts left_more = {0};
    struct quota_amounts right_more = {0};
    const char *left_name = left->name.name;
    const char *right_name = right->name.name;

    ask(trial, left, &left_more);
    ask(trial, right, &right_more);
    int slow = compare_shares(
        share_with(trial, left, &left_more, oracle_rival(&trial->oracle, left_name, right_name)),
        share_with(trial, right, &right_more, oracle_rival(&trial->oracle, right_name, left_name)));
    expect(trial, left, "comparison", QUOTA_NO_CELL,
           sign(fair_share_compare(left->usage, left->node, &left_more, right->node, &right_more)),
           slow);
    array_release(&left_more);
    array_release(&right_more);
}

static void check_cycle(struct quota_trial *trial, const struct quota_place *place, int cell)
{
    struct quota_amounts amounts = {0};

    quota_amounts_add(&amounts, cell, 1);
    expect(trial, place, "available", cell, quota_usage_available(place->usage, place->node, cell),
           0);
    expect(trial, place, "potential", cell,
           quota_tree_potential(place->usage->tree, place->node, cell), 0);
    expect(trial, place, "fit", cell, quota_usage_fits(place->usage, place->node, &amounts), false);
    array_release(&amounts);
}

static bool is_cyclic(struct quota_trial *trial, const struct quota_place *place)
{
    bool slow = oracle_is_cyclic(&trial->oracle, place->name);

    expect(trial, place, "cycle", QUOTA_NO_CELL, place->usage->tree->is_cyclic, slow);
    return slow;
}

/* Usage and room, which change with every step. */
static void check_cell(struct quota_trial *trial, const struct quota_place *place, int cell)
{
    if (is_cyclic(trial, place)) {
        check_cycle(trial, place, cell);
        return;
    }
    check_usage(trial, *place, cell);
    check_room(trial, place, cell);
}

static void check_deeply(struct quota_trial *trial, const struct quota_place *place, int cell)
{
    check_cell(trial, place, cell);
    if (!is_cyclic(trial, place)) {
        check_limits(trial, *place, cell);
        check_meaning(trial, place, cell);
        check_fit(trial, place);
        check_share(trial, place);
    }
}

static void check_pair(struct quota_trial *trial, const struct quota_place *left,
                       const struct quota_place *right)
{
    if (left->usage == right->usage && !is_cyclic(trial, left)) {
        check_comparison(trial, left, right);
    }
}

static struct quota_place random_place(struct quota_trial *trial)
{
    const struct quota_leaf_list *leaves = &trial->forest->leaves;

    return quota_trial_place(trial, leaves->items[dice_roll(&trial->dice, leaves->count)].name);
}

static int random_cell(struct quota_trial *trial, const struct quota_place *place)
{
    size_t count = place->usage->tree->cells.count;

    return count != 0 ? (int)dice_roll(&trial->dice, count) : QUOTA_NO_CELL;
}

void quota_trial_check_somewhere(struct quota_trial *trial, const struct quota_place *touched)
{
    struct quota_place place = random_place(trial);
    int touched_cell = random_cell(trial, touched);
    int cell = random_cell(trial, &place);

    if (touched_cell != QUOTA_NO_CELL) {
        check_cell(trial, touched, touched_cell);
    }
    if (cell != QUOTA_NO_CELL && dice_roll(&trial->dice, DEEP_ONE_IN) == 0) {
        check_deeply(trial, &place, cell);
        check_pair(trial, &place, touched);
    }
}

void quota_trial_check_everywhere(struct quota_trial *trial)
{
    array_for_each(leaf, &trial->forest->leaves) {
        struct quota_place place = quota_trial_place(trial, leaf->name);
        for (int cell = 0; cell < (int)place.usage->tree->cells.count; cell++) {
            check_deeply(trial, &place, cell);
        }
        array_for_each(other, &trial->forest->leaves) {
            struct quota_place rival = quota_trial_place(trial, other->name);
            check_pair(trial, &place, &rival);
        }
    }
}
