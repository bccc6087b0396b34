/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/simulation.h"

#include <stdio.h>

#include "base/text.h"
#include "policy/objects/label_selector.h"
#include "policy/rules/gpu_cap.h"
#include "policy/simulate/router.h"
#include "policy/simulate/stage_pass.h"

/* Workloads that preempt each other for longer than that at one instant never come to rest. */
enum { ROUNDS_PER_INSTANT_MAX = 10000 };

#define CLOCK_US_MAX (100 * TIME_SPAN_US_MAX)

struct placement *simulation_get_nodes(struct simulation *simulation)
{
    return simulation->empty_nodes != NULL ? &simulation->nodes : NULL;
}

static struct stage *get_stage(struct simulation *simulation,
                               const struct simulated_workload *workload)
{
    return &simulation->stages.items[workload->stage];
}

static void create_stages(struct simulation *simulation)
{
    const struct policy_set *policy = simulation->policy;

    simulation->forest = quota_forest_create(&policy->cluster_queues, &policy->cohorts);
    array_for_each(tree, &simulation->forest->trees) {
        struct stage stage;
        stage_init(&stage, *tree, policy->configuration);
        array_append(&simulation->stages, stage);
    }
}

/* What no group of the queue covers, and what is not managed, decides nothing where places do not
 * count: workloads that differ in nothing else are of one shape. */
static uint64_t find_shape(const struct simulation *simulation,
                           const struct simulated_workload *workload)
{
    struct pod_set_list counted = {0};

    if (simulation->empty_nodes != NULL) {
        return pod_set_list_shape(&workload->entry->pod_sets);
    }
    array_for_each(set, &workload->entry->pod_sets) {
        struct pod_set copy = *set;
        copy.requests = (struct resources){0};
        for (size_t i = 0; i < set->requests.count; i++) {
            const struct resource_amount *request = &set->requests.items[i];
            if (configuration_manages(simulation->rules.configuration, request->name) ||
                cluster_queue_find_group(workload->cluster_queue, request->name) != NULL) {
                resources_set(&copy.requests, request->name, request->amount);
            }
        }
        array_append(&counted, copy);
    }
    uint64_t shape = pod_set_list_shape(&counted);
    array_for_each(set, &counted) {
        resources_release(&set->requests);
    }
    array_release(&counted);
    return shape;
}

static int64_t declared_run_time_us(const struct simulation *simulation,
                                    const struct trace_entry *entry)
{
    int64_t run_time_us;

    if (entry->run_time_us > 0 || simulation->options.run_time_percent == 0) {
        return entry->run_time_us;
    }
    if (__builtin_mul_overflow(entry->duration_us, (int64_t)simulation->options.run_time_percent,
                               &run_time_us)) {
        return TIME_SPAN_US_MAX;
    }
    return run_time_us / 100 > entry->duration_us ? run_time_us / 100 : entry->duration_us;
}

static bool add_workload(struct simulation *simulation, const struct trace_entry *entry,
                         struct mistakes *mistakes)
{
    const struct configuration *configuration = simulation->rules.configuration;
    struct simulated_workload workload = {
        .entry = entry,
        .gpus = gpu_cap_count(configuration, &entry->pod_sets),
        .run_time_us = declared_run_time_us(simulation, entry),
        .remaining_us = entry->duration_us,
    };
    bool is_ours = workload.gpus > 0 || entry->queue[0] != '\0';

    workload.order.arrival_us = entry->arrival_us + STAGE_PASS_EPOCH_US;
    snprintf(workload.uid, sizeof workload.uid, "%012zu", simulation->workloads.count);
    if (!is_ours) {
        workload.state = SIMULATED_UNMANAGED;
    } else if (!router_assign(simulation->policy, &workload, mistakes)) {
        return false;
    }
    array_append(&simulation->workloads, workload);
    return true;
}

/* Once the array of workloads does not move any more. */
static void seat_workload(struct simulation *simulation, struct simulated_workload *workload)
{
    const struct quota_leaf *leaf;

    workload->order.uid = workload->uid;
    if (workload->state == SIMULATED_UNMANAGED) {
        return;
    }
    leaf = quota_forest_find(simulation->forest, workload->cluster_queue->name);
    workload->stage = (size_t)leaf->tree;
    workload->line = stage_find_line(get_stage(simulation, workload), leaf->name);
    workload->shape = find_shape(simulation, workload);
    workload->user_cap = gpu_caps_find_user(&simulation->caps, simulation->rules.configuration,
                                            workload->cluster_queue, workload->entry->user);
    workload->queue_cap = gpu_caps_find_queue(&simulation->caps, workload->local_queue);
    if (workload->queue_cap != NULL) {
        get_stage(simulation, workload)->is_intricate = true;
    }
}

bool simulation_init(struct simulation *simulation, const struct policy_set *policy,
                     const struct trace *trace, const struct placement *nodes,
                     const struct simulation_options *options, struct mistakes *mistakes)
{
    size_t mistakes_before = mistakes->count + mistakes->dropped_count;

    *simulation = (struct simulation){
        .policy = policy,
        .options = *options,
        .origin_us = trace->origin_us,
        .rules = {.configuration = policy->configuration, .flavors = &policy->flavors},
        .empty_nodes = nodes,
    };
    create_stages(simulation);
    if (simulation->empty_nodes != NULL) {
        placement_copy(simulation->empty_nodes, &simulation->nodes);
    }
    array_for_each(entry, &trace->entries) {
        add_workload(simulation, entry, mistakes);
    }
    array_for_each(workload, &simulation->workloads) {
        seat_workload(simulation, workload);
    }
    return mistakes->count + mistakes->dropped_count == mistakes_before;
}

static void free_stage(struct simulation *simulation, struct stage *stage)
{
    stage->has_freed = true;
    if (simulation->empty_nodes == NULL) {
        return;
    }
    array_for_each(other, &simulation->stages) { /* a place is a place, whoever pays for it */
        other->has_freed = true;
    }
}

static void give_back_caps(const struct simulated_workload *workload)
{
    if (workload->user_cap != NULL) {
        workload->user_cap->held -= workload->gpus;
    }
    if (workload->queue_cap != NULL) {
        workload->queue_cap->held -= workload->gpus;
    }
}

/* The run is over: all that it held is free. */
static struct run *end_run(struct simulation *simulation, size_t number)
{
    struct simulated_workload *workload = &simulation->workloads.items[number];
    struct stage *stage = get_stage(simulation, workload);
    size_t holder = stage_get_holder(stage, number);
    struct run *run = &workload->runs.items[workload->runs.count - 1];

    array_for_each(place, &stage->holders.items[holder].places) {
        placement_give_back(&simulation->nodes, &place->picks, &place->requests);
    }
    stage_remove_holder(stage, holder);
    give_back_caps(workload);
    free_stage(simulation, stage);
    run->end_us = simulation->now_us;
    return run;
}

static void end(struct simulation *simulation, size_t number)
{
    struct simulated_workload *workload = &simulation->workloads.items[number];
    const struct run *run = end_run(simulation, number);

    workload->is_cut_off = run->end_us - run->start_us < workload->remaining_us;
    workload->remaining_us -= run->end_us - run->start_us;
    workload->state = SIMULATED_ENDED;
    run_times_add(&get_stage(simulation, workload)->lines.items[workload->line].run_times,
                  run->end_us - run->start_us);
}

/* A person comes back for the rest; a program begins anew. */
static void requeue(struct simulation *simulation, size_t number)
{
    struct simulated_workload *workload = &simulation->workloads.items[number];
    struct run *run = end_run(simulation, number);

    run->is_preempted = true;
    simulation->preemption_count++;
    if (text_equal(workload->entry->kind, "Notebook")) {
        workload->remaining_us -= run->end_us - run->start_us;
    }
    workload->state = SIMULATED_WAITING;
    stage_add_pending(get_stage(simulation, workload), simulation->workloads.items, number);
}

static void keep_appointment(struct simulation *simulation, const struct appointment *appointment)
{
    struct simulated_workload *workload = &simulation->workloads.items[appointment->workload];

    if (workload->state != SIMULATED_RUNNING || workload->runs.count - 1 != appointment->run) {
        return;
    }
    switch (appointment->kind) {
    case APPOINTMENT_END:
        end(simulation, appointment->workload);
        return;
    case APPOINTMENT_EVICTION:
        requeue(simulation, appointment->workload);
        return;
    case APPOINTMENT_UNPROTECTED:
        get_stage(simulation, workload)->has_freed = true;
        return;
    }
}

static bool is_stopped(const struct simulated_workload *workload)
{
    return workload->cluster_queue->stop_policy != STOP_NONE ||
           (workload->local_queue != NULL && workload->local_queue->stop_policy != STOP_NONE);
}

/* A namespace whose labels the policy does not tell is taken to be welcome. */
static bool is_welcome(const struct simulation *simulation,
                       const struct simulated_workload *workload)
{
    const char *name = workload->local_queue != NULL ? workload->local_queue->namespace_name
                                                     : workload->entry->namespace_name;
    const struct policy_namespace *namespace = policy_set_find_namespace(simulation->policy, name);

    return namespace == NULL ||
           label_selector_matches(&workload->cluster_queue->namespace_selector, &namespace->labels);
}

/* True, and said why, if it can never start. */
static bool is_hopeless(struct simulation *simulation, struct simulated_workload *workload)
{
    struct stage *stage = get_stage(simulation, workload);

    if (!is_welcome(simulation, workload)) {
        verdict_set(&workload->why, VERDICT_INADMISSIBLE, "NamespaceMismatch",
                    "Workload namespace doesn't match ClusterQueue selector", NULL);
        return true;
    }
    if (stage->tree->is_cyclic) {
        verdict_set(&workload->why, VERDICT_INADMISSIBLE, "CyclicCohorts",
                    "the Cohorts of its ClusterQueue name each other as parents", NULL);
        return true;
    }
    const struct stage_group *group =
        stage_get_group(stage, &simulation->rules, simulation->empty_nodes, workload);
    if (group->is_hopeless) {
        verdict_copy(&group->verdict, &workload->why);
    }
    return group->is_hopeless;
}

static void arrive(struct simulation *simulation, size_t number)
{
    struct simulated_workload *workload = &simulation->workloads.items[number];

    if (workload->state == SIMULATED_UNMANAGED) {
        return;
    }
    if (is_hopeless(simulation, workload)) {
        workload->state = SIMULATED_LEFT_OUT;
        return;
    }
    workload->state = SIMULATED_WAITING;
    if (is_stopped(workload)) {
        verdict_set(&workload->why, VERDICT_WAITS, "QueueStopped", "the queue is stopped", NULL);
        return;
    }
    workload->position =
        stage_add_pending(get_stage(simulation, workload), simulation->workloads.items, number);
}

static bool is_due(const struct simulation *simulation, int64_t at_us)
{
    return at_us <= simulation->now_us;
}

/* Who ends lets go before anybody arrives. */
static void happen(struct simulation *simulation)
{
    const struct appointment *next;

    while ((next = agenda_find_next(&simulation->agenda)) != NULL &&
           is_due(simulation, next->at_us)) {
        struct appointment appointment = *next;
        agenda_drop_next(&simulation->agenda);
        keep_appointment(simulation, &appointment);
    }
    while (simulation->next_arrival < simulation->workloads.count &&
           is_due(simulation,
                  simulation->workloads.items[simulation->next_arrival].entry->arrival_us)) {
        arrive(simulation, simulation->next_arrival++);
    }
}

static void decide(struct simulation *simulation)
{
    array_for_each(stage, &simulation->stages) {
        if (stage_is_dirty(stage)) {
            stage_pass_run(simulation, stage);
        }
    }
}

/* False if nothing is left to happen. */
static bool find_next_instant(const struct simulation *simulation, int64_t *out_us)
{
    const struct appointment *next = agenda_find_next(&simulation->agenda);
    bool has_arrival = simulation->next_arrival < simulation->workloads.count;
    int64_t arrival_us =
        has_arrival ? simulation->workloads.items[simulation->next_arrival].entry->arrival_us : 0;

    if (next == NULL && !has_arrival) {
        return false;
    }
    *out_us = !has_arrival || (next != NULL && next->at_us < arrival_us) ? next->at_us : arrival_us;
    return true;
}

/* Where it was given up, whoever runs has run until then. */
static void stop_running(struct simulation *simulation)
{
    array_for_each(workload, &simulation->workloads) {
        if (workload->state == SIMULATED_RUNNING) {
            workload->runs.items[workload->runs.count - 1].end_us = simulation->now_us;
        }
    }
}

void simulation_run(struct simulation *simulation)
{
    int64_t next_us;
    int round_count = 0;

    while (simulation->gave_up == NULL && find_next_instant(simulation, &next_us)) {
        round_count = next_us == simulation->now_us ? round_count + 1 : 0;
        if (round_count > ROUNDS_PER_INSTANT_MAX) {
            simulation->gave_up = "workloads preempt each other without end";
        } else if (next_us > CLOCK_US_MAX) {
            simulation->gave_up = "the last one would end in more than ten thousand years";
        } else {
            simulation->now_us = next_us;
            happen(simulation);
            decide(simulation);
        }
    }
    stop_running(simulation);
}

void simulation_release(struct simulation *simulation)
{
    array_for_each(stage, &simulation->stages) {
        stage_release(stage);
    }
    array_release(&simulation->stages);
    array_for_each(workload, &simulation->workloads) {
        simulated_workload_release(workload);
    }
    array_release(&simulation->workloads);
    quota_forest_unref(simulation->forest);
    gpu_caps_release(&simulation->caps);
    placement_release(&simulation->nodes);
    agenda_release(&simulation->agenda);
}
