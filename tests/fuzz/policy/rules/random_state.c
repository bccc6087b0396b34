/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/policy/rules/random_state.h"

#include <string.h>

#include "base/text.h"

enum { REQUEST_SIDES = 5, HELD_SIDES = 5, PRIORITIES = 4, TIMES = 8, TIME_US = 1000 };

static const char *const holder_names[HOLDERS_MAX] = {
    "holder-a", "holder-b", "holder-c", "holder-d", "holder-e", "holder-f", "holder-g", "holder-h",
};
static const char *const waiting_names[WAITING_MAX] = {
    "waiting-a", "waiting-b", "waiting-c", "waiting-d", "waiting-e",
    "waiting-f", "waiting-g", "waiting-h", "waiting-i", "waiting-j",
};

static const struct quota_leaf *choose_leaf(const struct random_state *state,
                                            struct byte_source *source)
{
    const struct quota_leaf_list *leaves = &state->cluster.forest->leaves;

    return &leaves->items[byte_source_choose(source, leaves->count)];
}

static const struct quota_tree *find_tree(const struct random_state *state, int tree)
{
    return state->cluster.forest->trees.items[tree];
}

/* Amounts of one flavor, be it that the ClusterQueue has no quota of it any more. Returns it. */
static const char *choose_amounts(const struct quota_tree *tree, struct byte_source *source,
                                  struct quota_amounts *amounts)
{
    const char *flavor = random_flavors[byte_source_choose(source, FLAVORS_MAX)];

    for (size_t i = 0; i < RESOURCES_MAX; i++) {
        int64_t amount = (int64_t)byte_source_choose(source, HELD_SIDES);
        quota_amounts_add(amounts, quota_tree_find_cell(tree, flavor, random_resources[i]), amount);
    }
    return flavor;
}

static int64_t choose_time_us(struct byte_source *source)
{
    return (int64_t)byte_source_choose(source, TIMES) * TIME_US;
}

/* Pods on a node of the flavor, which may be fuller than it should be. */
static void choose_place(struct random_state *state, struct byte_source *source, const char *flavor,
                         struct holder *holder)
{
    struct placement *placement = &state->cluster.placement;
    struct holder_place place = {0};
    size_t node = byte_source_choose(source, NODES_MAX);

    if (node >= placement->nodes.count ||
        !text_equal(string_map_find(&placement->nodes.items[node].labels, RANDOM_LABEL), flavor)) {
        return;
    }
    for (size_t i = 0; i < RESOURCES_MAX; i++) {
        resources_set(&place.requests, random_resources[i],
                      (int64_t)byte_source_choose(source, REQUEST_SIDES));
    }
    array_append(&place.picks, ((struct placement_pick){(int)node, 1 + byte_source_flip(source)}));
    placement_take(placement, &place.picks, &place.requests);
    array_append(&holder->places, place);
}

static void add_holder(struct random_state *state, struct byte_source *source, const char *name)
{
    const struct quota_leaf *leaf = choose_leaf(state, source);
    struct random_tree *tree = &state->trees[leaf->tree];
    struct holder holder = {
        .uid = name,
        .name = name,
        .node = leaf->node,
        .order = {.priority = (int64_t)byte_source_choose(source, PRIORITIES),
                  .arrival_us = choose_time_us(source),
                  .uid = name},
        .admitted_us = choose_time_us(source),
        .is_leaving = byte_source_is_rare(source, 3),
        .is_protected = byte_source_is_rare(source, 4),
    };

    if (byte_source_flip(source)) {
        holder.ends_us = RANDOM_NOW_US - 2 * TIME_US + choose_time_us(source);
    }
    const char *flavor = choose_amounts(find_tree(state, leaf->tree), source, &holder.amounts);
    for (size_t places = byte_source_choose(source, 3); places > 0; places--) {
        choose_place(state, source, flavor, &holder);
    }
    quota_usage_add(&tree->usage, holder.node, &holder.amounts);
    array_append(&tree->holders, holder);
}

static void add_stray(struct random_state *state, struct byte_source *source)
{
    const struct quota_leaf *leaf = choose_leaf(state, source);
    struct stray stray = {.tree = leaf->tree, .node = leaf->node};

    choose_amounts(find_tree(state, leaf->tree), source, &stray.amounts);
    quota_usage_add(&state->trees[leaf->tree].usage, stray.node, &stray.amounts);
    array_append(&state->strays, stray);
}

static void choose_requests(struct byte_source *source, struct resources *requests)
{
    if (!byte_source_is_rare(source, 8)) {
        resources_set(requests, RESOURCE_GPU, byte_source_amount(source, REQUEST_SIDES));
    }
    if (byte_source_flip(source)) {
        resources_set(requests, RESOURCE_CPU, byte_source_amount(source, REQUEST_SIDES));
    }
}

static void add_pod_set(struct pod_set_list *list, struct byte_source *source, const char *name)
{
    struct pod_set set = {
        .name = memory_copy_text(name),
        .count = 1 + (int64_t)byte_source_choose(source, 4),
    };

    choose_requests(source, &set.requests);
    if (byte_source_is_rare(source, 4)) {
        set.min_count = 1 + (int64_t)byte_source_choose(source, 3);
    }
    if (byte_source_is_rare(source, 4)) {
        string_map_set(&set.spec.node_selector, RANDOM_LABEL,
                       random_flavors[byte_source_choose(source, FLAVORS_MAX)]);
    }
    if (byte_source_flip(source)) {
        array_append(&set.spec.tolerations,
                     ((struct toleration){.key = memory_copy_text(RANDOM_TAINT),
                                          .value = memory_copy_text(""),
                                          .is_exists = true}));
    }
    array_append(list, set);
}

/* Users have the first cap or the second, LocalQueues the third; most have none. */
static void choose_caps_of(struct random_state *state, struct byte_source *source,
                           struct candidate *candidate)
{
    size_t user = byte_source_choose(source, 8);

    candidate->user_cap = user == 6 || user == 7 ? &state->caps[user - 6] : NULL;
    candidate->queue_cap = byte_source_is_rare(source, 6) ? &state->caps[2] : NULL;
}

static void add_waiting(struct random_state *state, struct byte_source *source, const char *name)
{
    const struct quota_leaf *leaf = choose_leaf(state, source);
    struct waiting waiting = {.tree = leaf->tree, .node = leaf->node};
    struct candidate *candidate = &waiting.candidate;

    add_pod_set(&waiting.pod_sets, source, "main");
    if (byte_source_is_rare(source, 4)) {
        add_pod_set(&waiting.pod_sets, source, "more");
    }
    candidate->order = (struct order_key){
        .priority = (int64_t)byte_source_choose(source, PRIORITIES),
        .arrival_us = choose_time_us(source),
        .uid = name,
    };
    if (byte_source_is_rare(source, 6)) {
        candidate->only_flavor = random_flavors[byte_source_choose(source, FLAVORS_MAX)];
    }
    if (byte_source_flip(source)) {
        candidate->run_time_us = choose_time_us(source);
    }
    choose_caps_of(state, source, candidate);
    candidate->shape = pod_set_list_shape(&waiting.pod_sets);
    array_append(&state->waiting, waiting);
}

static void choose_caps(struct random_state *state, struct byte_source *source)
{
    for (size_t i = 0; i < CAPS_MAX; i++) {
        state->caps[i] = (struct gpu_cap){
            .subject = "user alice",
            .limit = 1 + byte_source_amount(source, 8) % INT64_MAX,
            .held = (int64_t)byte_source_choose(source, 4),
        };
    }
}

static struct candidate_line *find_line(struct cohort_pass *pass, int node)
{
    array_for_each(line, &pass->lines) {
        if (line->node == node) {
            return line;
        }
    }
    return NULL;
}

static void insert_in_order(struct candidate_list *candidates, const struct candidate *candidate)
{
    size_t position = 0;

    while (position < candidates->count &&
           order_compare(&candidates->items[position].order, &candidate->order) < 0) {
        position++;
    }
    array_insert(candidates, position, *candidate);
}

/* The list of those who wait does not move any more. */
static void line_up(struct random_state *state, struct byte_source *source)
{
    array_for_each(waiting, &state->waiting) {
        struct cohort_pass *pass = &state->trees[waiting->tree].pass;
        struct candidate_line *line = find_line(pass, waiting->node);
        if (line == NULL) {
            const struct quota_tree *tree = find_tree(state, waiting->tree);
            array_append(&pass->lines, ((struct candidate_line){
                                           .queue = tree->nodes.items[waiting->node].queue,
                                           .node = waiting->node,
                                           .is_barred = byte_source_is_rare(source, 16),
                                       }));
            line = find_line(pass, waiting->node);
        }
        waiting->candidate.pod_sets = &waiting->pod_sets;
        insert_in_order(&line->candidates, &waiting->candidate);
    }
}

static void prepare_pass(struct random_state *state, struct byte_source *source, size_t number)
{
    struct random_tree *tree = &state->trees[number];

    tree->pass = (struct cohort_pass){
        .configuration = state->cluster.configuration,
        .flavors = &state->cluster.flavors,
        .usage = &tree->usage,
        .placement = &state->cluster.placement,
        .holders = &tree->holders,
        .now_us = RANDOM_NOW_US,
        .starts_max = byte_source_is_rare(source, 8) ? byte_source_choose(source, 4) : SIZE_MAX,
    };
}

void random_state_init(struct random_state *state, struct byte_source *source)
{
    memset(state, 0, sizeof *state);
    random_cluster_init(&state->cluster, source);
    for (size_t i = 0; i < state->cluster.forest->trees.count; i++) {
        quota_usage_init(&state->trees[i].usage, find_tree(state, (int)i));
        prepare_pass(state, source, i);
    }
    choose_caps(state, source);
    size_t holder_count = byte_source_choose(source, HOLDERS_MAX + 1);
    size_t stray_count = byte_source_choose(source, STRAYS_MAX + 1);
    size_t waiting_count = 1 + byte_source_choose(source, WAITING_MAX);
    for (size_t i = 0; i < holder_count; i++) {
        add_holder(state, source, holder_names[i]);
    }
    for (size_t i = 0; i < stray_count; i++) {
        add_stray(state, source);
    }
    for (size_t i = 0; i < waiting_count; i++) {
        add_waiting(state, source, waiting_names[i]);
    }
    line_up(state, source);
}

void random_state_release(struct random_state *state)
{
    for (size_t i = 0; i < state->cluster.forest->trees.count; i++) {
        cohort_pass_release(&state->trees[i].pass);
        holder_list_release(&state->trees[i].holders);
        quota_usage_release(&state->trees[i].usage);
    }
    array_for_each(stray, &state->strays) {
        array_release(&stray->amounts);
    }
    array_for_each(waiting, &state->waiting) {
        pod_set_list_release(&waiting->pod_sets);
    }
    array_release(&state->strays);
    array_release(&state->waiting);
    random_cluster_release(&state->cluster);
}
