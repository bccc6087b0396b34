/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Measures one planning pass over all trees of quota of a cluster in which nearly everybody waits:
 * 24 shapes on 3 flavors, 4 priorities, and in each ClusterQueue exactly those at the front fit.
 * Prints the figures as JSON: name -> one value for each repetition.
 */
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "policy/rules/cohort_pass.h"

enum {
    REPETITIONS = 7,
    FLAVORS = 3,
    SIZES = 6,
    SHAPES = SIZES * (FLAVORS + 1),
    PRIORITIES = 4,
    NODE_GPUS = 8,
    PENDING_OF_QUEUE = 50,
    QUEUES_OF_COHORT = 100,
    CPU_PER_POD = 4000,
    CPU_QUOTA = 1000000000,
};

#define GPU "nvidia.com/gpu"
#define CPU "cpu"
#define POOL "pool"

static const char *const flavor_names[FLAVORS] = {"l4", "a100", "h100"};

/* A shape is one of these sizes, and bound to one of the flavors or to none. */
static const struct bench_shape {
    int64_t pods;
    int64_t gpus; /* of one pod */
} sizes[SIZES] = {{1, 1}, {1, 2}, {1, 4}, {1, 8}, {4, 1}, {2, 4}};

/* How large a cluster is. */
struct bench_size {
    size_t pending_count;
    size_t queue_count;
    size_t cohort_count;
    size_t start_count;
    bool has_nodes;
};

struct bench_cluster {
    struct bench_size size;
    struct configuration *configuration;
    struct flavor_list flavors;
    struct pod_set_list shapes[SHAPES];
    struct cluster_queue_list queues;
    struct quota_forest *forest;
    struct placement placement;
    struct names ARRAY_OF(char *) uids;
};

/* A pass over each tree. */
struct bench_plan {
    struct bench_passes ARRAY_OF(struct cohort_pass) passes;
    struct bench_usages ARRAY_OF(struct quota_usage) usages;
    struct placement placement;
};

static void fail(const char *what, size_t found, size_t wanted)
{
    fprintf(stderr, "plan_bench: %zu %s instead of %zu\n", found, what, wanted);
    exit(1);
}

/* NULL: it takes the first that has room. */
static const char *flavor_of_shape(size_t shape)
{
    size_t flavor = shape % (FLAVORS + 1);

    return flavor < FLAVORS ? flavor_names[flavor] : NULL;
}

static void add_shape(struct pod_set_list *list, size_t shape)
{
    const struct bench_shape *size = &sizes[shape / (FLAVORS + 1)];
    struct pod_set set = {.name = memory_copy_text("main"), .count = size->pods};

    resources_set(&set.requests, GPU, size->gpus);
    resources_set(&set.requests, CPU, CPU_PER_POD);
    if (flavor_of_shape(shape) != NULL) {
        string_map_set(&set.spec.node_selector, POOL, flavor_of_shape(shape));
    }
    array_append(list, set);
}

static void add_flavor(struct bench_cluster *cluster, const char *name)
{
    struct resource_flavor *flavor = memory_allocate(sizeof *flavor);

    flavor->name = memory_copy_text(name);
    string_map_set(&flavor->node_labels, POOL, name);
    array_append(&cluster->flavors, flavor);
}

/* Spreads the shapes over the lines, so that none begins like its neighbour. */
static size_t shape_at(size_t queue, size_t position)
{
    return (queue * UINT64_C(2654435761) / 1024 + position * 5) % SHAPES;
}

/* Of all that wait, how many wait (or start) in the queue with this number. */
static size_t share_of(size_t whole, size_t queue, size_t queue_count)
{
    return whole * (queue + 1) / queue_count - whole * queue / queue_count;
}

static int64_t gpus_of_starts(const struct bench_cluster *cluster, size_t queue, const char *flavor)
{
    size_t count = share_of(cluster->size.start_count, queue, cluster->size.queue_count);
    int64_t gpus = 0;

    for (size_t i = 0; i < count; i++) {
        size_t shape = shape_at(queue, i);
        const char *wanted = flavor_of_shape(shape);
        const struct pod_set *set = &cluster->shapes[shape].items[0];
        if (text_equal(wanted != NULL ? wanted : flavor_names[0], flavor)) {
            gpus += pod_set_total(set, set->count, GPU);
        }
    }
    return gpus;
}

/* The quota is what those at the front ask for. */
static void add_queue(struct bench_cluster *cluster, size_t number)
{
    struct cluster_queue *queue = memory_allocate(sizeof *queue);
    struct resource_group group = {0};

    queue->name = text_format("queue-%zu", number);
    queue->cohort_name = text_format("cohort-%zu", number % cluster->size.cohort_count);
    queue->fair_weight_milli = 1000;
    queue->options = (struct queue_options){.minimum_runtime_seconds = -1, .max_gpus_per_user = -1};
    array_append(&group.covered_resources, memory_copy_text(CPU));
    array_append(&group.covered_resources, memory_copy_text(GPU));
    for (size_t i = 0; i < FLAVORS; i++) {
        struct flavor_quota quota = {.flavor = memory_copy_text(flavor_names[i])};
        resources_set(&quota.nominal, CPU, CPU_QUOTA);
        resources_set(&quota.nominal, GPU, gpus_of_starts(cluster, number, flavor_names[i]));
        array_append(&group.flavors, quota);
    }
    array_append(&queue->resource_groups, group);
    array_append(&cluster->queues, queue);
}

/* A quarter more than the quotas need: pods of 8 GPUs need whole nodes. */
static void add_nodes(struct bench_cluster *cluster, const char *flavor)
{
    int64_t gpus = 0;
    auto_string_map struct string_map labels = {0};
    auto_resources struct resources allocatable = {0};

    string_map_set(&labels, POOL, flavor);
    resources_set(&allocatable, GPU, NODE_GPUS);
    resources_set(&allocatable, CPU, CPU_QUOTA);
    for (size_t i = 0; i < cluster->size.queue_count; i++) {
        gpus += gpus_of_starts(cluster, i, flavor);
    }
    for (int64_t i = 0; i < gpus / NODE_GPUS * 5 / 4 + 1; i++) {
        auto_free char *name = text_format("%s-%" PRId64, flavor, i);
        placement_add_node(&cluster->placement, name, &labels, NULL, true, &allocatable);
    }
}

static void init_cluster(struct bench_cluster *cluster, const struct bench_size *size)
{
    *cluster = (struct bench_cluster){.size = *size};
    if (!configuration_decode(NULL, NULL, &cluster->configuration)) {
        fail("configurations", 0, 1);
    }
    for (size_t i = 0; i < SHAPES; i++) {
        add_shape(&cluster->shapes[i], i);
    }
    for (size_t i = 0; i < FLAVORS; i++) {
        add_flavor(cluster, flavor_names[i]);
    }
    for (size_t i = 0; i < size->queue_count; i++) {
        add_queue(cluster, i);
    }
    for (size_t i = 0; i < FLAVORS && size->has_nodes; i++) {
        add_nodes(cluster, flavor_names[i]);
    }
    for (size_t i = 0; i < size->pending_count; i++) {
        array_append(&cluster->uids, text_format("0b9c6a1e-0000-4000-8000-%012zu", i));
    }
    cluster->forest = quota_forest_create(&cluster->queues, &(struct cohort_list){0});
}

static void release_cluster(struct bench_cluster *cluster)
{
    quota_forest_unref(cluster->forest);
    placement_release(&cluster->placement);
    array_for_each(queue, &cluster->queues) {
        cluster_queue_unref(*queue);
    }
    array_release(&cluster->queues);
    array_for_each(flavor, &cluster->flavors) {
        resource_flavor_unref(*flavor);
    }
    array_release(&cluster->flavors);
    array_for_each(uid, &cluster->uids) {
        free(*uid);
    }
    array_release(&cluster->uids);
    for (size_t i = 0; i < SHAPES; i++) {
        pod_set_list_release(&cluster->shapes[i]);
    }
    configuration_destroy(cluster->configuration);
}

/* The line of the ClusterQueue with this number, in its order. */
static void add_line(const struct bench_cluster *cluster, size_t queue, int node,
                     const uint64_t *shapes, struct cohort_pass *pass)
{
    const struct bench_size *size = &cluster->size;
    size_t count = share_of(size->pending_count, queue, size->queue_count);
    size_t first = size->pending_count * queue / size->queue_count;
    struct candidate_line line = {.queue = cluster->queues.items[queue], .node = node};

    for (size_t i = 0; i < count; i++) {
        size_t shape = shape_at(queue, i);
        array_append(&line.candidates,
                     ((struct candidate){
                         .pod_sets = &cluster->shapes[shape],
                         .shape = shapes[shape],
                         .order = {.priority = (int64_t)(PRIORITIES - i * PRIORITIES / count),
                                   .arrival_us = (int64_t)i,
                                   .uid = cluster->uids.items[first + i]},
                     }));
    }
    array_append(&pass->lines, line);
}

static void add_passes(const struct bench_cluster *cluster, struct bench_plan *plan)
{
    uint64_t shapes[SHAPES];

    for (size_t i = 0; i < SHAPES; i++) {
        shapes[i] = pod_set_list_shape(&cluster->shapes[i]);
    }
    array_for_each(tree, &cluster->forest->trees) {
        struct quota_usage usage;
        quota_usage_init(&usage, *tree);
        array_append(&plan->usages, usage);
        array_append(&plan->passes, ((struct cohort_pass){
                                        .configuration = cluster->configuration,
                                        .flavors = &cluster->flavors,
                                        .starts_max = SIZE_MAX,
                                    }));
    }
    for (size_t i = 0; i < cluster->queues.count; i++) {
        const struct quota_leaf *leaf =
            quota_forest_find(cluster->forest, cluster->queues.items[i]->name);
        add_line(cluster, i, leaf->node, shapes, &plan->passes.items[leaf->tree]);
    }
}

/* What is timed: from the lists of those who wait to the answer for each of them. */
static void make_plan(const struct bench_cluster *cluster, struct bench_plan *plan)
{
    add_passes(cluster, plan);
    if (cluster->size.has_nodes) {
        placement_copy(&cluster->placement, &plan->placement);
    }
    for (size_t i = 0; i < plan->passes.count; i++) {
        struct cohort_pass *pass = &plan->passes.items[i];
        pass->usage = &plan->usages.items[i];
        pass->placement = cluster->size.has_nodes ? &plan->placement : NULL;
        cohort_pass_run(pass);
    }
}

static void check_plan(const struct bench_cluster *cluster, const struct bench_plan *plan)
{
    size_t start_count = 0;
    size_t wait_count = 0;

    array_for_each(pass, &plan->passes) {
        array_for_each(line, &pass->lines) {
            array_for_each(candidate, &line->candidates) {
                start_count += candidate->admission != NULL ? 1 : 0;
                wait_count += candidate->verdict.kind == VERDICT_WAITS ? 1 : 0;
            }
        }
    }
    if (start_count != cluster->size.start_count) {
        fail("start", start_count, cluster->size.start_count);
    }
    if (start_count + wait_count != cluster->size.pending_count) {
        fail("wait", wait_count, cluster->size.pending_count - start_count);
    }
}

static void release_plan(struct bench_plan *plan)
{
    array_for_each(pass, &plan->passes) {
        cohort_pass_release(pass);
    }
    array_for_each(usage, &plan->usages) {
        quota_usage_release(usage);
    }
    array_release(&plan->passes);
    array_release(&plan->usages);
    placement_release(&plan->placement);
}

static size_t heap_bytes(void)
{
    struct mallinfo2 heap = mallinfo2();

    return heap.uordblks + heap.hblkhd;
}

/* The values of all repetitions. */
struct samples {
    json_t *times_ms;
    json_t *bytes_per_workload;
};

static struct samples measure(const struct bench_size *size)
{
    struct samples samples = {json_array(), json_array()};
    struct bench_cluster cluster;

    init_cluster(&cluster, size);
    for (int i = 0; i < REPETITIONS; i++) {
        struct bench_plan plan = {0};
        size_t bytes_before = heap_bytes();
        int64_t began_us = clock_monotonic_us();
        make_plan(&cluster, &plan);
        int64_t duration_us = clock_monotonic_us() - began_us;
        size_t grown_bytes = heap_bytes() - bytes_before;
        check_plan(&cluster, &plan);
        release_plan(&plan);
        json_array_append_new(samples.times_ms, json_real((double)duration_us / 1000));
        json_array_append_new(samples.bytes_per_workload,
                              json_real((double)grown_bytes / (double)size->pending_count));
    }
    release_cluster(&cluster);
    return samples;
}

static void measure_figure(json_t *figures, const char *name, const struct bench_size *size)
{
    struct samples samples = measure(size);

    json_object_set_new(figures, name, samples.times_ms);
    json_decref(samples.bytes_per_workload);
}

static json_t *measure_growth(void)
{
    static const size_t counts[] = {1000, 2000, 5000, 10000, 20000, 50000, 100000};
    json_t *growth = json_array();

    for (size_t i = 0; i < ARRAY_LENGTH(counts); i++) {
        size_t queue_count = counts[i] / PENDING_OF_QUEUE;
        size_t cohort_count = 1 + (queue_count - 1) / QUEUES_OF_COHORT;
        struct samples samples =
            measure(&(struct bench_size){counts[i], queue_count, cohort_count, queue_count, false});
        json_array_append_new(growth, json_pack("[I, o]", (json_int_t)counts[i], samples.times_ms));
        json_decref(samples.bytes_per_workload);
    }
    return growth;
}

int main(void)
{
    json_auto_t *figures = json_object();
    struct samples largest = measure(&(struct bench_size){50000, 1000, 10, 1000, false});

    json_object_set_new(figures, "plan_50k_ms", largest.times_ms);
    json_object_set_new(figures, "plan_bytes_per_workload", largest.bytes_per_workload);
    measure_figure(figures, "plan_15k_ms", &(struct bench_size){15000, 30, 10, 1000, false});
    measure_figure(figures, "plan_50k_places_ms",
                   &(struct bench_size){50000, 1000, 10, 1000, true});
    measure_figure(figures, "plan_15k_places_ms", &(struct bench_size){15000, 30, 10, 1000, true});
    json_object_set_new(figures, "plan_growth_ms", measure_growth());
    return json_dumpf(figures, stdout, JSON_INDENT(4)) == 0 ? 0 : 1;
}
