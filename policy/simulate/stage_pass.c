/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/stage_pass.h"

#include "base/text.h"
#include "policy/simulate/promise.h"
#include "policy/simulate/selection.h"

static struct simulated_workload *get_workload(struct simulation *simulation, size_t number)
{
    return &simulation->workloads.items[number];
}

static int64_t minimum_runtime_us(const struct simulation *simulation,
                                  const struct cluster_queue *queue)
{
    int64_t seconds = queue->options.minimum_runtime_seconds;

    return (seconds >= 0 ? seconds : simulation->rules.configuration->minimum_runtime_seconds) *
           MICROS_PER_SECOND;
}

/* What has just started may not be preempted yet. */
static void refresh_holders(struct simulation *simulation, struct stage *stage)
{
    int64_t now_us = simulation->now_us + STAGE_PASS_EPOCH_US;

    array_for_each(holder, &stage->holders) {
        const struct cluster_queue *queue = stage->tree->nodes.items[holder->node].queue;
        holder->is_protected = now_us - holder->admitted_us < minimum_runtime_us(simulation, queue);
    }
}

static void add_candidates(struct simulation *simulation, const struct stage *stage,
                           const struct selected_line *selected, struct cohort_pass *pass)
{
    const struct stage_line *line = &stage->lines.items[selected->line];
    struct candidate_line candidates = {.queue = line->queue, .node = line->node};

    array_for_each(number, &selected->numbers) {
        const struct simulated_workload *workload = get_workload(simulation, *number);
        array_append(&candidates.candidates,
                     ((struct candidate){
                         .pod_sets = &workload->entry->pod_sets,
                         .only_flavor = line->groups.items[workload->group].only_flavor,
                         .shape = workload->shape,
                         .order = workload->order,
                         .run_time_us = workload->run_time_us,
                         .user_cap = workload->user_cap,
                         .queue_cap = workload->queue_cap,
                     }));
    }
    simulation->tried_count += selected->numbers.count;
    array_append(&pass->lines, candidates);
}

/* What the admission takes, in the account of the tree and in that of the run. */
static void count_admission(const struct simulation *simulation, const struct stage *stage,
                            const struct admission *admission, struct holder *holder,
                            struct run *run)
{
    auto_usage struct usage usage = {0};

    flavors_count(admission, &usage);
    array_for_each(item, &usage) {
        int cell = quota_tree_find_cell(stage->tree, item->flavor, item->resource);
        if (cell == QUOTA_NO_CELL) {
            continue;
        }
        quota_amounts_add(&holder->amounts, cell, item->amount);
        if (configuration_manages(simulation->rules.configuration, item->resource)) {
            int64_t gpus = item->amount < GPUS_MAX ? item->amount : GPUS_MAX;
            run->gpus += gpus;
            array_append(&run->shares,
                         ((struct run_share){stage->tree->cells.items[cell].flavor, gpus}));
        }
    }
}

static void copy_places(struct candidate *candidate, struct holder *holder)
{
    array_for_each(place, &candidate->places) {
        struct holder_place held = {.picks = place->picks};
        resources_raise_to(&held.requests, &place->set->requests);
        memset(&place->picks, 0, sizeof place->picks);
        array_append(&holder->places, held);
    }
}

static void make_appointments(struct simulation *simulation,
                              const struct simulated_workload *workload, size_t number)
{
    bool is_cut = workload->run_time_us > 0 && workload->run_time_us < workload->remaining_us;
    struct appointment appointment = {
        .workload = number,
        .run = workload->runs.count - 1,
        .kind = APPOINTMENT_END,
        .at_us = simulation->now_us + (is_cut ? workload->run_time_us : workload->remaining_us),
    };
    int64_t protected_us = minimum_runtime_us(simulation, workload->cluster_queue);

    agenda_add(&simulation->agenda, &appointment);
    if (protected_us > 0 && simulation->stages.items[workload->stage].is_intricate) {
        appointment.kind = APPOINTMENT_UNPROTECTED;
        appointment.at_us = simulation->now_us + protected_us;
        agenda_add(&simulation->agenda, &appointment);
    }
}

static void start(struct simulation *simulation, struct stage *stage, size_t number,
                  struct candidate *candidate)
{
    struct simulated_workload *workload = get_workload(simulation, number);
    int64_t now_us = simulation->now_us + STAGE_PASS_EPOCH_US;
    struct run run = {.start_us = simulation->now_us, .is_backfilled = candidate->is_backfilled};
    struct holder holder = {
        .uid = workload->uid,
        .name = workload->entry->name,
        .node = stage->lines.items[workload->line].node,
        .order = workload->order,
        .admitted_us = now_us,
        .ends_us = workload->run_time_us > 0 ? now_us + workload->run_time_us : 0,
    };

    count_admission(simulation, stage, candidate->admission, &holder, &run);
    copy_places(candidate, &holder);
    stage_add_holder_take(stage, &holder, number);
    stage_remove_pending(stage, simulation->workloads.items, number);
    array_append(&workload->runs, run);
    workload->state = SIMULATED_RUNNING;
    make_appointments(simulation, workload, number);
}

/* Victims that are leaving already have their appointment. */
static void evict(struct simulation *simulation, struct stage *stage,
                  const struct candidate *candidate)
{
    array_for_each(victim, &candidate->victims) {
        struct holder *holder = &stage->holders.items[victim->holder];
        size_t number = stage->holder_workloads.items[victim->holder];
        if (holder->is_leaving) {
            continue;
        }
        holder->is_leaving = true;
        agenda_add(&simulation->agenda,
                   &(struct appointment){
                       .workload = number,
                       .run = get_workload(simulation, number)->runs.count - 1,
                       .kind = APPOINTMENT_EVICTION,
                       .at_us = simulation->now_us + simulation->options.grace_us,
                   });
    }
}

/* The first reason is told; what can never start is left out. */
static void note_verdict(struct simulation *simulation, struct stage *stage, size_t number,
                         const struct candidate *candidate)
{
    struct simulated_workload *workload = get_workload(simulation, number);

    if (workload->why.reason == NULL && candidate->verdict.reason != NULL) {
        verdict_copy(&candidate->verdict, &workload->why);
    }
    if (candidate->verdict.kind == VERDICT_INADMISSIBLE) {
        workload->state = SIMULATED_LEFT_OUT;
        verdict_release(&workload->why);
        verdict_copy(&candidate->verdict, &workload->why);
        stage_remove_pending(stage, simulation->workloads.items, number);
    }
}

/* How many started. */
static size_t apply(struct simulation *simulation, struct stage *stage,
                    const struct selected_lines *selected, struct cohort_pass *pass)
{
    size_t start_count = 0;

    for (size_t i = 0; i < selected->count; i++) { /* while the holders are those of the pass */
        array_for_each(candidate, &pass->lines.items[i].candidates) {
            evict(simulation, stage, candidate);
        }
    }
    for (size_t i = 0; i < selected->count; i++) {
        const struct workload_numbers *numbers = &selected->items[i].numbers;
        for (size_t k = 0; k < numbers->count; k++) {
            struct candidate *candidate = &pass->lines.items[i].candidates.items[k];
            if (candidate->admission != NULL) {
                start(simulation, stage, numbers->items[k], candidate);
                start_count++;
            } else {
                note_verdict(simulation, stage, numbers->items[k], candidate);
            }
        }
    }
    return start_count;
}

/* How many started. */
static size_t run_step(struct simulation *simulation, struct stage *stage, enum selection_step step)
{
    struct selected_lines selected = {0};
    size_t start_count = 0;
    struct placement *nodes = simulation_get_nodes(simulation);
    struct cohort_pass pass = {
        .configuration = simulation->rules.configuration,
        .flavors = simulation->rules.flavors,
        .usage = &stage->usage,
        .placement = nodes,
        .holders = &stage->holders,
        .now_us = simulation->now_us + STAGE_PASS_EPOCH_US,
        .starts_max = SIZE_MAX,
    };

    selection_choose(&(struct selection){step, simulation->workloads.items, &simulation->rules,
                                         nodes, pass.now_us},
                     stage, &selected);
    array_for_each(line, &selected) {
        add_candidates(simulation, stage, line, &pass);
    }
    if (selected.count > 0) {
        cohort_pass_run(&pass);
        simulation->pass_count++;
        start_count = apply(simulation, stage, &selected, &pass);
    }
    cohort_pass_release(&pass);
    selected_lines_release(&selected);
    return start_count;
}

/* Those whom the pass need not see stand behind somebody whom it saw. */
static void settle_newcomer(struct simulation *simulation, struct stage *stage, size_t number)
{
    struct simulated_workload *workload = get_workload(simulation, number);

    if (workload->why.reason == NULL) {
        verdict_set(&workload->why, VERDICT_WAITS, "BehindHead",
                    "waits for those ahead of it in the queue", NULL);
    }
    if (simulation->options.makes_promises && workload->runs.count == 0) {
        promise_make(simulation, stage, number);
    }
}

/* Nothing more happens at this instant to those who wait. */
static void settle(struct simulation *simulation, struct stage *stage)
{
    stage->has_freed = false;
    array_for_each(line, &stage->lines) {
        line->is_blocked = line->is_strict && line->pending.count > 0;
        array_for_each(number, &line->newcomers) {
            settle_newcomer(simulation, stage, *number);
        }
        line->newcomers.count = 0;
    }
}

static size_t decide(struct simulation *simulation, struct stage *stage)
{
    bool is_alone = stage_count_waiting_lines(stage) == 1;
    size_t start_count;

    if (simulation->options.tries_all || stage->is_intricate) {
        return run_step(simulation, stage, SELECTION_ALL);
    }
    start_count = run_step(simulation, stage, SELECTION_FIRST);
    if (is_alone) {
        start_count += run_step(simulation, stage, SELECTION_BEHIND);
    }
    return start_count;
}

void stage_pass_run(struct simulation *simulation, struct stage *stage)
{
    if (stage->is_intricate) {
        refresh_holders(simulation, stage);
    }
    while (decide(simulation, stage) > 0) {
        stage->has_freed = true;
    }
    settle(simulation, stage);
}
