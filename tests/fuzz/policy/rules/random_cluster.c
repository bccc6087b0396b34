/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/policy/rules/random_cluster.h"

#include <string.h>

#include "policy/objects/flavor_quota.h"
#include "tests/fuzz/fuzz.h"

enum { NOMINAL_SIDES = 8, LIMIT_SIDES = 5, NODE_SIDES = 9 };

#define SHARED_QUOTA_MAX (INT64_MAX / 64)

const char *const random_flavors[FLAVORS_MAX] = {"flavor-a", "flavor-b", "flavor-c"};
const char *const random_resources[RESOURCES_MAX] = {RESOURCE_GPU, RESOURCE_CPU};
static const char *const cohort_names[COHORTS_MAX] = {"cohort-a", "cohort-b", "cohort-c"};
static const char *const queue_names[QUEUES_MAX] = {"queue-a", "queue-b", "queue-c", "queue-d"};
static const char *const node_names[NODES_MAX] = {"node-a", "node-b", "node-c", "node-d"};

static void add_taint(struct taint_list *taints)
{
    array_append(taints, ((struct taint){memory_copy_text(RANDOM_TAINT), memory_copy_text(""),
                                         TAINT_EFFECT_NO_SCHEDULE}));
}

static void add_flavor(struct random_cluster *cluster, struct byte_source *source, const char *name)
{
    struct resource_flavor *flavor = memory_allocate(sizeof *flavor);

    flavor->name = memory_copy_text(name);
    if (!byte_source_is_rare(source, 8)) {
        string_map_set(&flavor->node_labels, RANDOM_LABEL, name);
    }
    if (byte_source_is_rare(source, 4)) {
        add_taint(&flavor->node_taints);
    }
    array_append(&cluster->flavors, flavor);
}

/* Now and then so much that it seems to be no limit; what is shared stays within the range. */
static int64_t choose_quota(struct byte_source *source, size_t sides, enum limit_rules rules)
{
    int64_t amount = byte_source_amount(source, sides);
    int64_t most = rules == LIMITS_WITHOUT_COHORT ? INT64_MAX : SHARED_QUOTA_MAX;

    return amount > most ? most : amount;
}

/* Limits as they are allowed: only of who has somebody above, and a ClusterQueue does not lend more
 * than it has. */
static void set_quota(struct flavor_quota *quota, struct byte_source *source, const char *resource,
                      enum limit_rules rules)
{
    int64_t nominal = choose_quota(source, NOMINAL_SIDES, rules);

    resources_set(&quota->nominal, resource, nominal);
    if (rules == LIMITS_WITHOUT_COHORT || rules == LIMITS_OF_ROOT) {
        return;
    }
    if (byte_source_is_rare(source, 3)) {
        resources_set(&quota->borrowing_limit, resource, choose_quota(source, LIMIT_SIDES, rules));
    }
    if (byte_source_is_rare(source, 3)) {
        int64_t lending = choose_quota(source, LIMIT_SIDES, rules);
        bool is_too_much = rules == LIMITS_IN_COHORT && lending > nominal;
        resources_set(&quota->lending_limit, resource, is_too_much ? nominal : lending);
    }
}

/* What a group is made of: a part of the names of resources, and of flavors. */
struct group_names {
    size_t first_resource;
    size_t resource_count;
    size_t first_flavor;
    size_t flavor_count;
};

static void add_group(struct resource_group_list *groups, struct byte_source *source,
                      enum limit_rules rules, const struct group_names *names)
{
    const char *const *resources = random_resources + names->first_resource;
    struct resource_group group = {0};

    for (size_t i = 0; i < names->resource_count; i++) {
        array_append(&group.covered_resources, memory_copy_text(resources[i]));
    }
    for (size_t i = 0; i < names->flavor_count; i++) {
        const char *name = random_flavors[(names->first_flavor + i) % FLAVORS_MAX];
        struct flavor_quota quota = {.flavor = memory_copy_text(name)};
        for (size_t j = 0; j < names->resource_count; j++) {
            set_quota(&quota, source, resources[j], rules);
        }
        array_append(&group.flavors, quota);
    }
    array_append(groups, group);
}

/* GPUs alone, GPUs and processors together, or in two groups. A flavor is in one group only. */
static void add_groups(struct resource_group_list *groups, struct byte_source *source,
                       enum limit_rules rules)
{
    size_t first = byte_source_choose(source, FLAVORS_MAX);
    size_t resource_count = 1 + byte_source_choose(source, RESOURCES_MAX);

    if (byte_source_is_rare(source, 4)) {
        add_group(groups, source, rules, &(struct group_names){0, 1, first, 2});
        add_group(groups, source, rules, &(struct group_names){1, 1, first + 2, 1});
    } else {
        size_t flavor_count = 1 + byte_source_choose(source, FLAVORS_MAX);
        add_group(groups, source, rules,
                  &(struct group_names){0, resource_count, first, flavor_count});
    }
}

static int64_t choose_weight(struct byte_source *source)
{
    static const int64_t weights[] = {1000, 1000, 0, 500, 2000};

    return weights[byte_source_choose(source, ARRAY_LENGTH(weights))];
}

/* Parents come before their children, but now and then somebody closes a circle. */
static void add_cohorts(struct random_cluster *cluster, struct byte_source *source, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t parent = byte_source_choose(source, i + 1);
        bool is_circle = i == 0 && count > 1 && byte_source_is_rare(source, 32);
        if (byte_source_is_rare(source, 4)) {
            continue; /* it is only named */
        }
        struct cohort *cohort = memory_allocate(sizeof *cohort);
        cohort->name = memory_copy_text(cohort_names[i]);
        if (is_circle || parent > 0) {
            cohort->parent_name =
                memory_copy_text(cohort_names[is_circle ? count - 1 : parent - 1]);
        }
        cohort->fair_weight_milli = choose_weight(source);
        if (byte_source_flip(source)) {
            add_groups(&cohort->resource_groups, source,
                       cohort->parent_name != NULL ? LIMITS_BELOW_PARENT : LIMITS_OF_ROOT);
        }
        array_append(&cluster->cohorts, cohort);
    }
}

static void choose_rules(struct cluster_queue *queue, struct byte_source *source)
{
    static const enum preemption_policy within[] = {PREEMPTION_NEVER, PREEMPTION_LOWER_PRIORITY,
                                                    PREEMPTION_LOWER_OR_NEWER_EQUAL_PRIORITY};
    static const enum preemption_policy reclaim[] = {PREEMPTION_NEVER, PREEMPTION_LOWER_PRIORITY,
                                                     PREEMPTION_ANY};

    queue->queueing_strategy =
        byte_source_flip(source) ? QUEUEING_STRICT_FIFO : QUEUEING_BEST_EFFORT_FIFO;
    queue->preemption.within_cluster_queue = within[byte_source_choose(source, 3)];
    queue->preemption.reclaim_within_cohort = reclaim[byte_source_choose(source, 3)];
    if (queue->preemption.reclaim_within_cohort != PREEMPTION_NEVER && byte_source_flip(source)) {
        queue->preemption.borrow_within_cohort = PREEMPTION_LOWER_PRIORITY;
        queue->preemption.has_priority_threshold = byte_source_flip(source);
        queue->preemption.max_priority_threshold = (int64_t)byte_source_choose(source, 4);
    }
    queue->fungibility.may_stop_when_borrowing = byte_source_flip(source);
    queue->fungibility.may_stop_when_preempting = byte_source_flip(source);
    queue->fungibility.prefers_preemption = byte_source_flip(source);
    queue->options.node_places = (enum queue_switch)byte_source_choose(source, 3);
    queue->options.backfill = (enum queue_switch)byte_source_choose(source, 3);
    queue->fair_weight_milli = choose_weight(source);
}

static void add_queues(struct random_cluster *cluster, struct byte_source *source,
                       size_t cohort_count)
{
    size_t count = 1 + byte_source_choose(source, QUEUES_MAX);

    for (size_t i = 0; i < count; i++) {
        struct cluster_queue *queue = memory_allocate(sizeof *queue);
        size_t cohort = byte_source_choose(source, cohort_count + 1);
        queue->name = memory_copy_text(queue_names[i]);
        if (cohort > 0) {
            queue->cohort_name = memory_copy_text(cohort_names[cohort - 1]);
        }
        choose_rules(queue, source);
        add_groups(&queue->resource_groups, source,
                   queue->cohort_name != NULL ? LIMITS_IN_COHORT : LIMITS_WITHOUT_COHORT);
        array_append(&cluster->queues, queue);
    }
}

static void add_nodes(struct random_cluster *cluster, struct byte_source *source)
{
    size_t count = byte_source_choose(source, NODES_MAX + 1);

    for (size_t i = 0; i < count; i++) {
        auto_string_map struct string_map labels = {0};
        auto_resources struct resources allocatable = {0};
        struct taint_list taints = {0};
        bool is_ready = !byte_source_is_rare(source, 8);
        string_map_set(&labels, RANDOM_LABEL,
                       random_flavors[byte_source_choose(source, FLAVORS_MAX)]);
        if (byte_source_is_rare(source, 8)) {
            add_taint(&taints);
        }
        for (size_t j = 0; j < RESOURCES_MAX; j++) {
            if (!byte_source_is_rare(source, 8)) {
                resources_set(&allocatable, random_resources[j],
                              byte_source_amount(source, NODE_SIDES));
            }
        }
        placement_add_node(&cluster->placement, node_names[i], &labels, &taints, is_ready,
                           &allocatable);
        taint_list_release(&taints);
    }
}

static void configure(struct random_cluster *cluster, struct byte_source *source)
{
    fuzz_expect(configuration_decode(NULL, NULL, &cluster->configuration), "the defaults");
    cluster->configuration->node_places = byte_source_flip(source);
    cluster->configuration->backfill = byte_source_flip(source);
    cluster->configuration->fair_sharing = byte_source_is_rare(source, 4);
}

void random_cluster_init(struct random_cluster *cluster, struct byte_source *source)
{
    size_t cohort_count = byte_source_choose(source, COHORTS_MAX + 1);
    size_t missing_flavor = byte_source_choose(source, 16);

    memset(cluster, 0, sizeof *cluster);
    configure(cluster, source);
    for (size_t i = 0; i < FLAVORS_MAX; i++) {
        if (i + 1 != missing_flavor) {
            add_flavor(cluster, source, random_flavors[i]);
        }
    }
    add_cohorts(cluster, source, cohort_count);
    add_queues(cluster, source, cohort_count);
    add_nodes(cluster, source);
    cluster->forest = quota_forest_create(&cluster->queues, &cluster->cohorts);
}

void random_cluster_release(struct random_cluster *cluster)
{
    quota_forest_unref(cluster->forest);
    placement_release(&cluster->placement);
    array_for_each(queue, &cluster->queues) {
        cluster_queue_unref(*queue);
    }
    array_for_each(cohort, &cluster->cohorts) {
        cohort_unref(*cohort);
    }
    array_for_each(flavor, &cluster->flavors) {
        resource_flavor_unref(*flavor);
    }
    array_release(&cluster->queues);
    array_release(&cluster->cohorts);
    array_release(&cluster->flavors);
    configuration_destroy(cluster->configuration);
}
