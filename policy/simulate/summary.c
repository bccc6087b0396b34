/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/summary.h"

#include "base/text.h"
#include "policy/simulate/promise.h"

struct waits ARRAY_OF(int64_t);

double gpu_micros_to_hours(gpu_micros amount)
{
    return (double)((long double)amount / (3600.0L * MICROS_PER_SECOND));
}

char *summary_queue_name(const struct simulated_workload *workload)
{
    const struct trace_entry *entry = workload->entry;
    const struct local_queue *queue = workload->local_queue;
    const char *name = queue != NULL ? queue->name : entry->queue;
    const char *namespace_name = queue != NULL ? queue->namespace_name : entry->namespace_name;

    if (name[0] == '\0') {
        name = workload->cluster_queue != NULL ? workload->cluster_queue->name : "";
    }
    return namespace_name[0] != '\0' ? text_format("%s/%s", namespace_name, name)
                                     : memory_copy_text(name);
}

static int compare_waits(const void *left_item, const void *right_item)
{
    const int64_t *left = left_item;
    const int64_t *right = right_item;

    return *left < *right ? -1 : *left > *right;
}

static int64_t percentile(const struct waits *sorted, size_t percent)
{
    size_t index = percent * sorted->count / 100;

    return sorted->items[index < sorted->count ? index : sorted->count - 1];
}

/* A sum of whole seconds is divided as such, so that the quotient is what anybody would get. */
static double mean_seconds(const struct waits *waits)
{
    gpu_micros total_us = 0;

    array_for_each(wait, waits) {
        total_us += *wait;
    }
    if (total_us % MICROS_PER_SECOND == 0) {
        gpu_micros total_seconds = total_us / MICROS_PER_SECOND;
        return (double)total_seconds / (double)waits->count;
    }
    return (double)((long double)total_us / MICROS_PER_SECOND / waits->count);
}

static void make_wait_figures(struct waits *waits, struct wait_figures *out_figures)
{
    *out_figures = (struct wait_figures){.count = waits->count};
    if (waits->count == 0) {
        return;
    }
    qsort(waits->items, waits->count, sizeof *waits->items, compare_waits);
    array_for_each(wait, waits) {
        out_figures->waited_count += *wait > 0 ? 1 : 0;
    }
    out_figures->mean_seconds = mean_seconds(waits);
    out_figures->p50_us = percentile(waits, 50);
    out_figures->p99_us = percentile(waits, 99);
    out_figures->max_us = waits->items[waits->count - 1];
}

static size_t get_queue(struct summary *summary, const struct simulated_workload *workload)
{
    auto_free char *name = summary_queue_name(workload);
    size_t index = 0;

    while (index < summary->queues.count && !text_equal(summary->queues.items[index].name, name)) {
        index++;
    }
    if (index == summary->queues.count) {
        array_append(&summary->queues, ((struct queue_figures){.name = take_pointer(&name)}));
    }
    return index;
}

static struct flavor_figures *get_flavor(struct summary *summary, const char *name)
{
    array_for_each(flavor, &summary->flavors) {
        if (text_equal(flavor->name, name)) {
            return flavor;
        }
    }
    array_append(&summary->flavors, ((struct flavor_figures){.name = name}));
    return &summary->flavors.items[summary->flavors.count - 1];
}

static void count_capacity(const struct simulation *simulation, const struct quota_tree *tree,
                           struct summary *summary)
{
    for (size_t cell = 0; cell < tree->cells.count; cell++) {
        const struct quota_cell *name = &tree->cells.items[cell];
        if (!configuration_manages(simulation->rules.configuration, name->resource)) {
            continue;
        }
        struct flavor_figures *flavor = get_flavor(summary, name->flavor);
        for (size_t node = 0; node < tree->nodes.count; node++) {
            int64_t nominal = quota_tree_limit(tree, (int)node, (int)cell)->nominal;
            int64_t gpus = nominal < GPUS_MAX ? nominal : GPUS_MAX;
            flavor->capacity += gpus;
            summary->capacity += gpus;
        }
    }
}

static void count_run(const struct simulated_workload *workload, const struct run *run,
                      struct summary *summary, struct queue_figures *queue)
{
    gpu_micros span_us = run->end_us - run->start_us;
    bool is_lost = run->is_preempted && !text_equal(workload->entry->kind, "Notebook");

    summary->used += span_us * run->gpus;
    summary->lost += is_lost ? span_us * run->gpus : 0;
    queue->used += span_us * run->gpus;
    array_for_each(share, &run->shares) {
        get_flavor(summary, share->flavor)->used += span_us * share->gpus;
    }
    if (run->end_us > summary->makespan_us) {
        summary->makespan_us = run->end_us;
    }
}

static void count_workload(const struct simulated_workload *workload, struct summary *summary,
                           struct queue_figures *queue)
{
    summary->waiting_count += workload->state == SIMULATED_WAITING && workload->runs.count == 0;
    summary->left_out_count += workload->state == SIMULATED_LEFT_OUT;
    summary->cut_off_count += workload->is_cut_off;
    if (workload->promise.basis != ESTIMATE_NONE) {
        summary->promise_count++;
        summary->promise_kept_count += promise_is_kept(workload);
    }
    queue->workload_count++;
    array_for_each(run, &workload->runs) {
        count_run(workload, run, summary, queue);
        summary->backfilled_count += run->is_backfilled;
    }
}

void summary_make(const struct simulation *simulation, struct summary *out_summary)
{
    struct waits all = {0};
    struct queue_waits ARRAY_OF(struct waits) by_queue = {0};

    *out_summary = (struct summary){
        .workload_count = simulation->workloads.count,
        .preemption_count = simulation->preemption_count,
    };
    array_for_each(stage, &simulation->stages) {
        count_capacity(simulation, stage->tree, out_summary);
    }
    array_for_each(workload, &simulation->workloads) {
        if (workload->state == SIMULATED_UNMANAGED) {
            out_summary->unmanaged_count++;
            continue;
        }
        size_t queue = get_queue(out_summary, workload);
        if (queue == by_queue.count) {
            array_append(&by_queue, (struct waits){0});
        }
        count_workload(workload, out_summary, &out_summary->queues.items[queue]);
        if (simulated_workload_has_started(workload)) {
            array_append(&all, simulated_workload_wait_us(workload));
            array_append(&by_queue.items[queue], simulated_workload_wait_us(workload));
        }
    }
    out_summary->idle =
        (gpu_micros)out_summary->capacity * out_summary->makespan_us - out_summary->used;
    make_wait_figures(&all, &out_summary->waits);
    for (size_t i = 0; i < by_queue.count; i++) {
        make_wait_figures(&by_queue.items[i], &out_summary->queues.items[i].waits);
        array_release(&by_queue.items[i]);
    }
    array_release(&by_queue);
    array_release(&all);
}

void summary_release(struct summary *summary)
{
    array_for_each(queue, &summary->queues) {
        free(queue->name);
    }
    array_release(&summary->queues);
    array_release(&summary->flavors);
}
