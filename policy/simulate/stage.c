/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/stage.h"

#include "base/text.h"

static bool is_on(enum queue_switch option, bool configured)
{
    return option == SWITCH_DEFAULT ? configured : option == SWITCH_ON;
}

static bool is_intricate(const struct configuration *configuration,
                         const struct cluster_queue *queue)
{
    return configuration->fair_sharing || configuration->max_gpus_per_user > 0 ||
           queue->options.max_gpus_per_user > 0 ||
           preemption_is_possible(queue, configuration->fair_sharing);
}

void stage_init(struct stage *stage, const struct quota_tree *tree,
                const struct configuration *configuration)
{
    *stage = (struct stage){.tree = tree};
    quota_usage_init(&stage->usage, tree);
    for (size_t node = 0; node < tree->nodes.count; node++) {
        const struct cluster_queue *queue = tree->nodes.items[node].queue;
        if (queue == NULL) {
            continue;
        }
        bool is_strict = queue->queueing_strategy == QUEUEING_STRICT_FIFO;
        array_append(
            &stage->lines,
            ((struct stage_line){
                .queue = queue,
                .node = (int)node,
                .is_strict = is_strict,
                .has_backfill =
                    is_strict && is_on(queue->options.backfill, configuration->backfill),
                .counts_places = is_on(queue->options.node_places, configuration->node_places),
            }));
        stage->is_intricate = stage->is_intricate || is_intricate(configuration, queue);
    }
}

static void release_line(struct stage_line *line)
{
    array_for_each(group, &line->groups) {
        array_for_each(demand, &group->demands) {
            array_release(&demand->cells);
        }
        array_release(&group->demands);
        verdict_release(&group->verdict);
    }
    array_release(&line->groups);
    array_release(&line->pending);
    array_release(&line->newcomers);
}

void stage_release(struct stage *stage)
{
    array_for_each(line, &stage->lines) {
        release_line(line);
    }
    array_release(&stage->lines);
    quota_usage_release(&stage->usage);
    holder_list_release(&stage->holders);
    array_release(&stage->holder_workloads);
}

size_t stage_find_line(const struct stage *stage, const char *cluster_queue)
{
    size_t index = 0;

    while (index < stage->lines.count &&
           !text_equal(stage->lines.items[index].queue->name, cluster_queue)) {
        index++;
    }
    return index;
}

/* What all pods of the workload ask for, at the least. */
static int64_t least_total(const struct pod_set_list *pod_sets, const char *resource)
{
    int64_t total = 0;

    array_for_each(set, pod_sets) {
        int64_t count = set->min_count > 0 ? set->min_count : set->count;
        int64_t amount;
        if (__builtin_mul_overflow(resources_get(&set->requests, resource), count, &amount) ||
            __builtin_add_overflow(total, amount, &total)) {
            return INT64_MAX;
        }
    }
    return total;
}

static void add_demand(const struct stage *stage, const struct resource_group *resources,
                       const char *resource, int64_t amount, struct stage_group *group)
{
    struct group_demand demand = {.amount = amount};

    array_for_each(quota, &resources->flavors) {
        int cell = quota_tree_find_cell(stage->tree, quota->flavor, resource);
        if (cell != QUOTA_NO_CELL) {
            array_append(&demand.cells, cell);
        }
    }
    array_append(&group->demands, demand);
}

static void collect_demands(const struct stage *stage, const struct stage_line *line,
                            const struct pod_set_list *pod_sets, struct stage_group *group)
{
    array_for_each(resources, &line->queue->resource_groups) {
        array_for_each(resource, &resources->covered_resources) {
            int64_t amount = least_total(pod_sets, *resource);
            if (amount > 0) {
                add_demand(stage, resources, *resource, amount, group);
            }
        }
    }
}

/* Alone on empty nodes and with all quota free. */
static void look_alone(const struct stage *stage, const struct stage_line *line,
                       const struct flavor_rules *rules, const struct placement *empty_nodes,
                       const struct simulated_workload *workload, struct stage_group *group)
{
    auto_quota_usage struct quota_usage unused = {0};
    auto_assignment struct assignment assignment = {0};

    quota_usage_init(&unused, stage->tree);
    const struct flavor_state state = {
        .rules = {rules->configuration, line->queue, rules->flavors},
        .node = line->node,
        .usage = &unused,
        .placement = line->counts_places ? empty_nodes : NULL,
    };
    const struct flavor_request request = {
        .pod_sets = &workload->entry->pod_sets,
        .only_flavor = group->only_flavor,
        .order = workload->order,
    };
    flavors_assign(&state, &request, &assignment);
    group->is_hopeless = assignment.mode != ASSIGNMENT_FITS;
    verdict_copy(&assignment.verdict, &group->verdict);
}

struct stage_group *stage_get_group(struct stage *stage, const struct flavor_rules *rules,
                                    const struct placement *empty_nodes,
                                    struct simulated_workload *workload)
{
    struct stage_line *line = &stage->lines.items[workload->line];
    const struct trace_entry *entry = workload->entry;
    bool is_bound = rules->configuration->profile_selects_flavor && entry->profile[0] != '\0';
    struct stage_group group = {
        .shape = workload->shape,
        .only_flavor = is_bound ? entry->profile : NULL,
        .is_one_pod_set = entry->pod_sets.count == 1 && entry->pod_sets.items[0].min_count == 0,
    };

    for (size_t i = 0; i < line->groups.count; i++) {
        if (line->groups.items[i].shape == group.shape &&
            text_equal(line->groups.items[i].only_flavor, group.only_flavor)) {
            workload->group = i;
            return &line->groups.items[i];
        }
    }
    collect_demands(stage, line, &entry->pod_sets, &group);
    look_alone(stage, line, rules, empty_nodes, workload, &group);
    workload->group = line->groups.count;
    array_append(&line->groups, group);
    return &line->groups.items[workload->group];
}

/* Where the workload is, or belongs, in a list that is in order. */
static size_t find_position(const struct workload_numbers *numbers,
                            const struct simulated_workload *workloads, size_t number)
{
    size_t first = 0;
    size_t end = numbers->count;

    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (order_compare(&workloads[numbers->items[middle]].order, &workloads[number].order) < 0) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return first;
}

size_t stage_add_pending(struct stage *stage, const struct simulated_workload *workloads,
                         size_t number)
{
    struct stage_line *line = &stage->lines.items[workloads[number].line];
    size_t position = find_position(&line->pending, workloads, number);

    array_insert(&line->pending, position, number);
    array_insert(&line->newcomers, find_position(&line->newcomers, workloads, number), number);
    if (position == 0 && line->is_blocked) {
        line->is_blocked = false;
        stage->has_freed = true; /* others may be let pass this head than passed the last */
    }
    return position;
}

void stage_remove_pending(struct stage *stage, const struct simulated_workload *workloads,
                          size_t number)
{
    struct stage_line *line = &stage->lines.items[workloads[number].line];
    size_t newcomer = find_position(&line->newcomers, workloads, number);

    array_remove(&line->pending, find_position(&line->pending, workloads, number));
    if (newcomer < line->newcomers.count && line->newcomers.items[newcomer] == number) {
        array_remove(&line->newcomers, newcomer);
    }
}

void stage_add_holder_take(struct stage *stage, struct holder *holder, size_t workload)
{
    array_append(&stage->holders, *holder);
    array_append(&stage->holder_workloads, workload);
    memset(holder, 0, sizeof *holder);
}

size_t stage_get_holder(const struct stage *stage, size_t workload)
{
    size_t index = 0;

    while (stage->holder_workloads.items[index] != workload) {
        index++;
    }
    return index;
}

void stage_remove_holder(struct stage *stage, size_t holder)
{
    struct holder_list removed = {0};

    quota_usage_subtract(&stage->usage, stage->holders.items[holder].node,
                         &stage->holders.items[holder].amounts);
    array_append(&removed, stage->holders.items[holder]);
    holder_list_release(&removed);
    array_remove(&stage->holders, holder);
    array_remove(&stage->holder_workloads, holder);
    stage->has_freed = true;
}

void stage_describe(const struct stage *stage, const struct stage_line *line,
                    const struct flavor_rules *rules, const struct placement *nodes,
                    struct flavor_state *out_state)
{
    *out_state = (struct flavor_state){
        .rules = {rules->configuration, line->queue, rules->flavors},
        .node = line->node,
        .usage = &stage->usage,
        .placement = line->counts_places ? nodes : NULL,
        .holders = &stage->holders,
    };
}

static int64_t count_room_of(const struct stage *stage, int node, const struct group_demand *demand,
                             bool is_one_pod_set)
{
    int64_t room = 0;

    array_for_each(cell, &demand->cells) {
        int64_t available = quota_usage_available(&stage->usage, node, *cell);
        int64_t more = is_one_pod_set ? available / demand->amount : available;
        if (available > 0 && __builtin_add_overflow(room, more, &room)) {
            room = INT64_MAX;
        }
    }
    return is_one_pod_set ? room : room / demand->amount;
}

int64_t stage_count_room(const struct stage *stage, const struct stage_line *line,
                         const struct stage_group *group)
{
    int64_t least = INT64_MAX;

    array_for_each(demand, &group->demands) {
        int64_t room = count_room_of(stage, line->node, demand, group->is_one_pod_set);
        least = room < least ? room : least;
    }
    return least;
}

size_t stage_count_waiting_lines(const struct stage *stage)
{
    size_t count = 0;

    array_for_each(line, &stage->lines) {
        count += line->pending.count > 0 ? 1 : 0;
    }
    return count;
}

bool stage_is_dirty(const struct stage *stage)
{
    bool has_newcomers = false;

    array_for_each(line, &stage->lines) {
        has_newcomers |= line->newcomers.count > 0;
    }
    return has_newcomers || (stage->has_freed && stage_count_waiting_lines(stage) > 0);
}
