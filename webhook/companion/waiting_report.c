/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/waiting_report.h"

#include "base/text.h"
#include "policy/objects/quantity.h"
#include "webhook/cluster/tree_state.h"

enum { POSITION_MAX = 20, NAMED_MAX = 3 };

/* Everybody in the line up to the workload itself. */
static void read_line(const struct cluster *cluster, const struct workload *workload,
                      size_t position, struct estimate_line *out_line)
{
    for (size_t i = 0; i < position; i++) {
        const struct workload *ahead = workload->line->workloads.items[i];
        const struct object *waiting = workload_find_waiting(ahead, &cluster->grants);
        array_append(out_line, ((struct estimate_entry){
                                   .pod_sets = &waiting->pod_sets,
                                   .only_flavor = workload_find_profile(cluster->configuration,
                                                                        ahead, waiting),
                                   .run_time_us = workload_run_time_us(waiting),
                               }));
    }
}

static struct flavor_state describe_state(const struct cluster *cluster,
                                          const struct workload *workload, int node,
                                          const struct tree_state *tree)
{
    return (struct flavor_state){
        .rules = {cluster->configuration, workload->cluster_queue, &cluster->directory->flavors},
        .node = node,
        .usage = &tree->usage,
        .placement = tree->has_placement ? &tree->placement : NULL,
        .holders = &tree->holders,
    };
}

static int64_t amount_of(const struct holder *holder, int cell)
{
    int64_t amount = 0;

    array_for_each(item, &holder->amounts) {
        amount += item->cell == cell ? item->amount : 0;
    }
    return amount;
}

static void append_amount(struct text *text, const char *name, int64_t amount, const char *resource)
{
    char amount_text[QUANTITY_TEXT_BYTES];

    quantity_format(amount, resource, amount_text);
    text_append_format(text, "%s%s (%s)", text->size_bytes > 0 ? ", " : "", name, amount_text);
}

/* Who holds the resource on the flavor: the first few of the same namespace by name. */
static char *name_holders(const struct tree_state *tree, const struct shortage *shortage,
                          const char *namespace_name)
{
    struct text text = {0};
    int cell = quota_tree_find_cell(tree->tree, shortage->flavor, shortage->resource);
    int64_t others = 0;
    int named_count = 0;

    for (size_t i = 0; cell != QUOTA_NO_CELL && i < tree->holders.count; i++) {
        const struct holder *holder = &tree->holders.items[i];
        bool is_near = text_equal(tree->holder_workloads.items[i]->namespace_name, namespace_name);
        int64_t amount = amount_of(holder, cell);
        if (amount > 0 && is_near && named_count < NAMED_MAX) {
            append_amount(&text, holder->name, amount, shortage->resource);
            named_count++;
        } else {
            others += amount;
        }
    }
    if (others > 0) {
        append_amount(&text, "others", others, shortage->resource);
    }
    return text.bytes;
}

static void find_holders(const struct flavor_state *state, const struct tree_state *tree,
                         const struct estimate_entry *entry, const struct workload *workload,
                         struct waiting_report *report)
{
    const struct flavor_request request = {
        .pod_sets = entry->pod_sets, .only_flavor = entry->only_flavor, .order = workload->order};
    auto_assignment struct assignment assignment = {0};

    flavors_evaluate(state, &request, &assignment);
    array_for_each(shortage, &assignment.shortages) {
        if (shortage->kind == SHORTAGE_QUOTA && report->holders == NULL) {
            report->holders = name_holders(tree, shortage, workload->namespace_name);
        }
    }
}

void waiting_report_make(struct cluster *cluster, const struct workload *workload, int64_t now_us,
                         struct waiting_report *out_report)
{
    *out_report = (struct waiting_report){0};
    if (workload->line == NULL) {
        return;
    }
    out_report->position = waiting_line_position(workload->line, workload);
    const struct quota_leaf *leaf =
        quota_forest_find(cluster->directory->forest, workload->line->cluster_queue);
    if (out_report->position == 0 || out_report->position > POSITION_MAX || leaf == NULL) {
        return;
    }
    struct tree_state tree;
    struct estimate_line line = {0};
    tree_state_read(cluster, cluster->directory->forest->trees.items[leaf->tree], &tree);
    tree_state_read_holders(cluster, now_us, &tree);
    read_line(cluster, workload, out_report->position, &line);
    const struct flavor_state state = describe_state(cluster, workload, leaf->node, &tree);
    find_holders(&state, &tree, &line.items[line.count - 1], workload, out_report);
    estimate_start(&state, &workload->line->run_times, &line, now_us, &out_report->estimate);
    tree_state_release(&tree);
    array_release(&line);
}

void waiting_report_release(struct waiting_report *report)
{
    free(report->holders);
    *report = (struct waiting_report){0};
}

char *waiting_report_format(const struct waiting_report *report, const struct workload *workload,
                            int64_t now_us)
{
    const struct verdict *verdict = &workload->verdict;
    struct text text = {0};

    if (report->position > 0 && workload->local_queue != NULL) {
        text_append_format(&text, "Queued in %s at position %zu", workload->local_queue->name,
                           report->position);
        text_append_format(&text, verdict->reason != NULL ? " (%s): " : ": ", verdict->reason);
    }
    text_append(&text, verdict->message != NULL ? verdict->message : "");
    if (report->holders != NULL) {
        text_append_format(&text, "; held by %s", report->holders);
    }
    if (report->estimate.basis != ESTIMATE_NONE) {
        auto_free char *when = estimate_format(&report->estimate, now_us);
        text_append_format(&text, "; %s", when);
    }
    return text_take(&text);
}
