/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/fair_weight.h"
#include "policy/rules/cohort_graph.h"
#include "policy/rules/quota_tree.h"

static void add_tree(struct quota_forest *forest, bool is_cyclic)
{
    struct quota_tree *tree = memory_allocate(sizeof *tree);

    tree->is_cyclic = is_cyclic;
    array_append(&forest->trees, tree);
}

static struct quota_leaf add_node(struct quota_forest *forest, int tree, struct quota_node node)
{
    struct quota_node_list *nodes = &forest->trees.items[tree]->nodes;

    array_append(nodes, node);
    return (struct quota_leaf){node.name, tree, (int)nodes->count - 1};
}

static int last_tree(const struct quota_forest *forest)
{
    return (int)forest->trees.count - 1;
}

static int compare_depths(const void *left_item, const void *right_item)
{
    const struct cohort_entry *left = *(const struct cohort_entry *const *)left_item;
    const struct cohort_entry *right = *(const struct cohort_entry *const *)right_item;

    if (left->root != right->root) {
        return left->root < right->root ? -1 : 1;
    }
    if (left->depth != right->depth) {
        return left->depth < right->depth ? -1 : 1;
    }
    return left < right ? -1 : left > right;
}

/* The entries tree by tree, parents before their children. Owned. */
static const struct cohort_entry **sort_entries(const struct cohort_graph *graph)
{
    const struct cohort_entry **sorted = memory_allocate(graph->count * sizeof *sorted);

    for (size_t i = 0; i < graph->count; i++) {
        sorted[i] = &graph->items[i];
    }
    qsort(sorted, graph->count, sizeof *sorted, compare_depths);
    return sorted;
}

/* Where each Cohort is, in the order of the graph. Owned. */
static struct quota_leaf *plant_cohorts(struct quota_forest *forest,
                                        const struct cohort_graph *graph)
{
    struct quota_leaf *places = memory_allocate(graph->count * sizeof *places);
    auto_free const struct cohort_entry **sorted = sort_entries(graph);

    for (size_t i = 0; i < graph->count; i++) {
        const struct cohort_entry *entry = sorted[i];
        const struct cohort *cohort = entry->cohort;
        struct quota_node node = {
            .name = entry->name,
            .cohort = cohort,
            .parent = QUOTA_NO_PARENT,
            .height = 1,
            .fair_weight_milli =
                cohort != NULL ? cohort->fair_weight_milli : FAIR_WEIGHT_DEFAULT_MILLI,
        };
        if (entry->parent == COHORT_NONE) {
            add_tree(forest, entry->is_cyclic);
        } else {
            node.parent = places[entry->parent].node;
        }
        places[entry - graph->items] = add_node(forest, last_tree(forest), node);
    }
    return places;
}

/* Puts the ClusterQueue below its Cohort, or into a tree of its own. */
static void plant_queue(struct quota_forest *forest, const struct cohort_graph *graph,
                        const struct quota_leaf *cohorts, const struct cluster_queue *queue)
{
    struct quota_node node = {
        .name = queue->name,
        .queue = queue,
        .parent = QUOTA_NO_PARENT,
        .fair_weight_milli = queue->fair_weight_milli,
    };
    int tree;

    if (queue->cohort_name != NULL) {
        const struct quota_leaf *cohort = &cohorts[cohort_graph_find(graph, queue->cohort_name)];
        node.parent = cohort->node;
        tree = cohort->tree;
    } else {
        add_tree(forest, false);
        tree = last_tree(forest);
    }
    array_append(&forest->leaves, add_node(forest, tree, node));
}

static int compare_queues(const void *left_item, const void *right_item)
{
    const struct cluster_queue *left = *(const struct cluster_queue *const *)left_item;
    const struct cluster_queue *right = *(const struct cluster_queue *const *)right_item;

    return strcmp(left->name, right->name);
}

static void take_references(struct quota_forest *forest, const struct cluster_queue_list *queues,
                            const struct cohort_list *cohorts)
{
    array_for_each(queue, queues) {
        array_append(&forest->queues, cluster_queue_ref(*queue));
    }
    array_for_each(cohort, cohorts) {
        array_append(&forest->cohorts, cohort_ref(*cohort));
    }
    if (forest->queues.count != 0) {
        qsort(forest->queues.items, forest->queues.count, sizeof *forest->queues.items,
              compare_queues);
    }
}

struct quota_forest *quota_forest_create(const struct cluster_queue_list *queues,
                                         const struct cohort_list *cohorts)
{
    struct quota_forest *forest = memory_allocate(sizeof *forest);
    auto_cohort_graph struct cohort_graph graph = {0};

    take_references(forest, queues, cohorts);
    cohort_graph_init(&graph, queues, cohorts);
    auto_free struct quota_leaf *places = plant_cohorts(forest, &graph);
    array_for_each(queue, &forest->queues) {
        plant_queue(forest, &graph, places, *queue);
    }
    array_for_each(tree, &forest->trees) {
        quota_tree_complete(*tree);
    }
    return forest;
}

void quota_forest_destroy(struct quota_forest *forest)
{
    if (forest == NULL) {
        return;
    }
    array_for_each(tree, &forest->trees) {
        quota_tree_destroy(*tree);
    }
    array_for_each(queue, &forest->queues) {
        cluster_queue_unref(*queue);
    }
    array_for_each(cohort, &forest->cohorts) {
        cohort_unref(*cohort);
    }
    array_release(&forest->trees);
    array_release(&forest->leaves);
    array_release(&forest->queues);
    array_release(&forest->cohorts);
    free(forest);
}

const struct quota_leaf *quota_forest_find(const struct quota_forest *forest, const char *name)
{
    size_t low = 0;
    size_t high = forest->leaves.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(forest->leaves.items[middle].name, name);
        if (order == 0) {
            return &forest->leaves.items[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}
