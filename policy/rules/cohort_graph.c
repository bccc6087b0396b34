/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/cohort_graph.h"

/* Depths of entries whose parents have not been followed yet, or are being followed. */
enum { DEPTH_UNKNOWN = -1, DEPTH_ON_PATH = -2 };

static void add_entry(struct cohort_graph *graph, const char *name, const struct cohort *cohort)
{
    if (name != NULL) {
        array_append(graph, ((struct cohort_entry){.name = name,
                                                   .cohort = cohort,
                                                   .parent = COHORT_NONE,
                                                   .root = COHORT_NONE,
                                                   .depth = DEPTH_UNKNOWN}));
    }
}

/* By name; of the same name the one with an object first. */
static int compare_entries(const void *left_item, const void *right_item)
{
    const struct cohort_entry *left = left_item;
    const struct cohort_entry *right = right_item;
    int order = strcmp(left->name, right->name);

    return order != 0 ? order : (left->cohort == NULL) - (right->cohort == NULL);
}

static void remove_repeated(struct cohort_graph *graph)
{
    size_t kept = 0;

    array_for_each(entry, graph) {
        if (kept == 0 || strcmp(graph->items[kept - 1].name, entry->name) != 0) {
            graph->items[kept++] = *entry;
        }
    }
    graph->count = kept;
}

/* Gives its root and depth to `first` and to all above it. Where the parents lead back to one
 * that was passed on the way, the last one passed becomes a root. */
static void follow_parents(struct cohort_graph *graph, int first)
{
    struct cohort_entry *entries = graph->items;
    int length = 0;
    int last = COHORT_NONE;
    int next = first;

    while (next != COHORT_NONE && entries[next].depth == DEPTH_UNKNOWN) {
        entries[next].depth = DEPTH_ON_PATH;
        length++;
        last = next;
        next = entries[next].parent;
    }
    if (next != COHORT_NONE && entries[next].depth == DEPTH_ON_PATH) {
        entries[last].parent = COHORT_NONE;
        entries[last].is_cyclic = true;
        next = COHORT_NONE;
    }
    int root = next == COHORT_NONE ? last : entries[next].root;
    int depth = next == COHORT_NONE ? 0 : entries[next].depth + 1;
    for (int entry = first; length > 0; entry = entries[entry].parent) {
        length--;
        entries[entry].root = root;
        entries[entry].depth = depth + length;
    }
}

void cohort_graph_init(struct cohort_graph *graph, const struct cluster_queue_list *queues,
                       const struct cohort_list *cohorts)
{
    memset(graph, 0, sizeof *graph);
    array_for_each(cohort, cohorts) {
        add_entry(graph, (*cohort)->name, *cohort);
        add_entry(graph, (*cohort)->parent_name, NULL);
    }
    array_for_each(queue, queues) {
        add_entry(graph, (*queue)->cohort_name, NULL);
    }
    if (graph->count == 0) {
        return;
    }
    qsort(graph->items, graph->count, sizeof *graph->items, compare_entries);
    remove_repeated(graph);
    array_for_each(entry, graph) {
        if (entry->cohort != NULL && entry->cohort->parent_name != NULL) {
            entry->parent = cohort_graph_find(graph, entry->cohort->parent_name);
        }
    }
    for (size_t i = 0; i < graph->count; i++) {
        follow_parents(graph, (int)i);
    }
}

void cohort_graph_release(struct cohort_graph *graph)
{
    array_release(graph);
}

int cohort_graph_find(const struct cohort_graph *graph, const char *name)
{
    size_t low = 0;
    size_t high = graph->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(graph->items[middle].name, name);
        if (order == 0) {
            return (int)middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return COHORT_NONE;
}
