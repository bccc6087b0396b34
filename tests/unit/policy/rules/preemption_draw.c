/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/policy/rules/preemption_draw.h"

static char flavor_name[] = "x";
static char flavor_label[] = "kind";

static const char *const resources[] = {"cpu", "gpu"};
static const char *const uids[DRAW_HOLDERS_MAX] = {"s", "t", "u", "v", "w", "x", "y"};

static const enum preemption_policy within_policies[] = {
    PREEMPTION_NEVER, PREEMPTION_LOWER_PRIORITY, PREEMPTION_LOWER_OR_NEWER_EQUAL_PRIORITY};
static const enum preemption_policy reclaim_policies[] = {
    PREEMPTION_NEVER, PREEMPTION_LOWER_PRIORITY, PREEMPTION_ANY, PREEMPTION_ANY};

static bool is_lucky(struct dice *dice, uint64_t one_in)
{
    return dice_roll(dice, one_in) == 0;
}

static int64_t roll(struct dice *dice, int64_t least, int64_t most)
{
    return least + (int64_t)dice_roll(dice, (uint64_t)(most - least + 1));
}

static int64_t roll_limit(struct dice *dice)
{
    return is_lucky(dice, 3) ? roll(dice, 0, 4) : UNSET;
}

static void draw_queues(struct preemption_draw *draw, struct dice *dice)
{
    static const char *const cohorts[] = {"left", "left", "right", "root"};
    int64_t count = roll(dice, 1, 4);

    draft_cohort(&draw->draft, "left", "root");
    draft_cohort(&draw->draft, "right", "root");
    for (int64_t i = 0; i < count; i++) {
        struct cluster_queue *queue = draft_queue(&draw->draft, case_queues[i],
                                                  cohorts[dice_roll(dice, ARRAY_LENGTH(cohorts))]);
        queue->preemption.within_cluster_queue =
            within_policies[dice_roll(dice, ARRAY_LENGTH(within_policies))];
        queue->preemption.reclaim_within_cohort =
            reclaim_policies[dice_roll(dice, ARRAY_LENGTH(reclaim_policies))];
        for (size_t k = 0; k < ARRAY_LENGTH(resources); k++) {
            draft_quota(&queue->resource_groups, flavor_name, resources[k], roll(dice, 0, 4),
                        roll_limit(dice), roll_limit(dice));
        }
    }
}

static void draw_nodes(struct preemption_draw *draw, struct dice *dice)
{
    int64_t count = roll(dice, 1, 3);

    for (int64_t i = 0; i < count; i++) {
        auto_string_map struct string_map labels = {0};
        auto_resources struct resources allocatable = {0};
        resources_set(&allocatable, "gpu", roll(dice, 1, 4));
        if (!is_lucky(dice, 5)) {
            string_map_set(&labels, flavor_label, flavor_name);
        }
        placement_add_node(&draw->placement, case_queues[i], &labels, NULL, !is_lucky(dice, 8),
                           &allocatable);
    }
}

/* Its GPUs, if there are any, are on one node. */
static void draw_place(struct preemption_draw *draw, struct dice *dice, struct holder *holder,
                       int64_t gpus)
{
    struct holder_place place = {0};
    int node = (int)dice_roll(dice, draw->placement.nodes.count);

    array_append(&place.picks, ((struct placement_pick){node, 1}));
    resources_set(&place.requests, "gpu", gpus);
    placement_take(&draw->placement, &place.picks, &place.requests);
    array_append(&holder->places, place);
}

static void draw_holder(struct preemption_draw *draw, struct dice *dice)
{
    const struct quota_leaf *leaf =
        quota_forest_find(draw->forest, case_queues[dice_roll(dice, draw->draft.queues.count)]);
    const char *uid = uids[draw->holders.count];
    bool has_gpus = !is_lucky(dice, 4);
    struct holder holder = {
        .uid = uid,
        .name = uid,
        .node = leaf->node,
        .order = {roll(dice, 0, 2), roll(dice, 0, 3), uid},
        .admitted_us = roll(dice, 0, 3),
        .is_leaving = is_lucky(dice, 8),
        .is_protected = is_lucky(dice, 8),
    };
    int64_t gpus = has_gpus ? roll(dice, 1, draw->has_units ? 1 : 3) : 0;

    if (has_gpus) {
        quota_amounts_add(&holder.amounts, quota_tree_find_cell(draw->usage.tree, "x", "gpu"),
                          gpus);
    }
    if (!has_gpus || (!draw->has_units && is_lucky(dice, 3))) {
        quota_amounts_add(&holder.amounts, quota_tree_find_cell(draw->usage.tree, "x", "cpu"),
                          roll(dice, 1, draw->has_units ? 1 : 3));
    }
    quota_usage_add(&draw->usage, holder.node, &holder.amounts);
    if (draw->counts_places && has_gpus) {
        draw_place(draw, dice, &holder, gpus);
    }
    array_append(&draw->holders, holder);
}

static void draw_preemptor(struct preemption_draw *draw, struct dice *dice)
{
    int64_t count = draw->has_units ? 1 : roll(dice, 1, 2);
    int64_t gpus = roll(dice, 1, 4 / count);
    const struct quota_tree *tree = draw->usage.tree;

    draw->flavor.name = flavor_name;
    string_map_set(&draw->flavor.node_labels, flavor_label, flavor_name);
    draw->set.count = count;
    resources_set(&draw->set.requests, "gpu", gpus);
    quota_amounts_add(&draw->amounts, quota_tree_find_cell(tree, "x", "gpu"), gpus * count);
    if (is_lucky(dice, 2)) {
        quota_amounts_add(&draw->amounts, quota_tree_find_cell(tree, "x", "cpu"), roll(dice, 1, 3));
    }
    array_append(&draw->places, ((struct preemption_place){&draw->flavor, &draw->set, count}));
    draw->preemptor = (struct preemptor){
        .node = quota_forest_find(draw->forest, draw->draft.queues.items[0]->name)->node,
        .order = {roll(dice, 1, 3), roll(dice, 0, 3), "new"},
        .amounts = &draw->amounts,
        .places = &draw->places,
    };
}

void preemption_draw_init(struct preemption_draw *draw, uint64_t seed)
{
    struct dice dice = {seed};

    memset(draw, 0, sizeof *draw);
    draw->has_units = is_lucky(&dice, 2);
    draw->counts_places = is_lucky(&dice, 2);
    draw->is_fair_sharing = is_lucky(&dice, 4);
    draw_queues(draw, &dice);
    draw->forest = draft_forest(&draw->draft);
    quota_usage_init(&draw->usage, draw->forest->trees.items[0]);
    if (draw->counts_places) {
        draw_nodes(draw, &dice);
    }
    for (int64_t left = roll(&dice, 1, DRAW_HOLDERS_MAX); left > 0; left--) {
        draw_holder(draw, &dice);
    }
    draw_preemptor(draw, &dice);
}

void preemption_draw_release(struct preemption_draw *draw)
{
    holder_list_release(&draw->holders);
    placement_release(&draw->placement);
    quota_usage_release(&draw->usage);
    quota_forest_unref(draw->forest);
    quota_draft_release(&draw->draft);
    string_map_release(&draw->flavor.node_labels);
    resources_release(&draw->set.requests);
    array_release(&draw->amounts);
    array_release(&draw->places);
}

static void format_queues(const struct preemption_draw *draw, struct text *text)
{
    const struct quota_tree *tree = draw->usage.tree;

    array_for_each(node, &tree->nodes) {
        int number = (int)(node - tree->nodes.items);
        text_append_format(text, "%s below %s", node->name,
                           node->parent >= 0 ? tree->nodes.items[node->parent].name : "nothing");
        for (int cell = 0; node->queue != NULL && cell < (int)tree->cells.count; cell++) {
            const struct quota_limit *limit = quota_tree_limit(tree, number, cell);
            text_append_format(text, ", %ld of %ld %s (borrowing %ld, lending %ld)",
                               quota_usage_get(&draw->usage, number, cell), limit->nominal,
                               tree->cells.items[cell].resource, limit->borrowing, limit->lending);
        }
        text_append(text, "\n");
    }
}

static void format_amounts(const struct preemption_draw *draw, const struct quota_amounts *amounts,
                           const struct order_key *order, struct text *text)
{
    array_for_each(item, amounts) {
        text_append_format(text, " %ld %s", item->amount,
                           draw->usage.tree->cells.items[item->cell].resource);
    }
    text_append_format(text, ", priority %ld, arrival %ld", order->priority, order->arrival_us);
}

char *preemption_draw_format(const struct preemption_draw *draw)
{
    const struct preemption_rules *rules =
        &draw->usage.tree->nodes.items[draw->preemptor.node].queue->preemption;
    struct text text = {0};

    format_queues(draw, &text);
    array_for_each(node, &draw->placement.nodes) {
        text_append_format(&text, "node %td: %ld GPUs%s%s\n", node - draw->placement.nodes.items,
                           resources_get(&node->allocatable, "gpu"),
                           node->is_ready ? "" : ", not ready",
                           node->labels.count > 0 ? "" : ", of another flavor");
    }
    array_for_each(holder, &draw->holders) {
        text_append_format(&text, "%s in %s:", holder->uid,
                           draw->usage.tree->nodes.items[holder->node].name);
        format_amounts(draw, &holder->amounts, &holder->order, &text);
        text_append_format(
            &text, ", admitted %ld, node %d%s%s\n", holder->admitted_us,
            holder->places.count > 0 ? holder->places.items[0].picks.items[0].node : -1,
            holder->is_leaving ? ", leaving" : "", holder->is_protected ? ", protected" : "");
    }
    text_append_format(&text, "asked by a (within %d, reclaim %d, fair %d), %ld pods:",
                       rules->within_cluster_queue, rules->reclaim_within_cohort,
                       draw->is_fair_sharing, draw->set.count);
    format_amounts(draw, &draw->amounts, &draw->preemptor.order, &text);
    return text_take(&text);
}
