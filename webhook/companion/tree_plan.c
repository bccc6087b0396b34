/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/tree_plan.h"

#include "base/text.h"
#include "webhook/cluster/cap_table.h"
#include "webhook/cluster/tree_state.h"
#include "webhook/companion/pods_ready.h"
#include "webhook/companion/required_checks.h"

/* One pass over a tree while it is made. */
struct tree_plan {
    struct cluster *cluster;
    struct tree_state state;
    struct gpu_caps caps;
    struct cohort_pass pass;
    bool holds_others; /* who starts holds the others back until its Pods are ready */
    bool is_held;      /* somebody who started is not ready yet: nobody else starts */
    struct lines ARRAY_OF(struct waiting_line *) lines; /* one for each line of the pass */
    struct object_list waiting;                         /* one for each candidate, line by line */
};

/* The line of a ClusterQueue of the tree; NULL: the node is a Cohort. */
static struct waiting_line *find_line(const struct cluster *cluster, const struct quota_tree *tree,
                                      size_t node)
{
    const struct quota_node *leaf = &tree->nodes.items[node];

    return leaf->queue != NULL ? cluster_find_line(cluster, leaf->name) : NULL;
}

/* True if somebody is to be tried. What changes for one queue changes for its whole cohort. */
static bool refresh_lines(const struct cluster *cluster, const struct quota_tree *tree)
{
    bool is_dirty = false;
    bool is_unsettled = false;
    size_t waiting_count = 0;

    for (size_t node = 0; node < tree->nodes.count; node++) {
        const struct waiting_line *line = find_line(cluster, tree, node);
        if (line != NULL) {
            is_dirty |= line->is_dirty;
            is_unsettled |= line->is_dirty && line->settled_count == 0;
            waiting_count += line->workloads.count;
        }
    }
    for (size_t node = 0; is_dirty && node < tree->nodes.count; node++) {
        struct waiting_line *line = find_line(cluster, tree, node);
        if (line != NULL && is_unsettled) {
            waiting_line_unsettle(line);
        }
        if (line != NULL && line->workloads.count == 0) {
            line->is_dirty = false;
        }
    }
    return is_dirty && waiting_count > 0;
}

static bool wants_backfill(const struct cluster *cluster, const struct cluster_queue *queue)
{
    return queue->queueing_strategy == QUEUEING_STRICT_FIFO &&
           (queue->options.backfill == SWITCH_ON ||
            (queue->options.backfill == SWITCH_DEFAULT && cluster->configuration->backfill));
}

/* Only preemption and backfill look at those who hold. */
static bool needs_holders(const struct cluster *cluster, const struct quota_tree *tree)
{
    array_for_each(node, &tree->nodes) {
        if (node->queue != NULL &&
            (wants_backfill(cluster, node->queue) ||
             preemption_is_possible(node->queue, cluster->configuration->fair_sharing))) {
            return true;
        }
    }
    return false;
}

static void collect_line(struct tree_plan *plan, int node, struct waiting_line *line)
{
    const struct cluster *cluster = plan->cluster;
    struct candidate_line candidates = {
        .queue = plan->state.tree->nodes.items[node].queue,
        .node = node,
        .is_barred = line->is_blocked,
    };

    for (size_t i = line->settled_count; i < line->workloads.count; i++) {
        struct workload *workload = line->workloads.items[i];
        const struct object *object = workload_find_waiting(workload, &cluster->grants);
        array_append(&plan->waiting, (struct object *)object);
        array_append(
            &candidates.candidates,
            ((struct candidate){
                .pod_sets = &object->pod_sets,
                .only_flavor = workload_find_profile(cluster->configuration, workload, object),
                .shape = object->shape,
                .order = workload->order,
                .run_time_us = workload_run_time_us(object),
                .user_cap = cap_table_find_user(&plan->caps, cluster, workload),
                .queue_cap = cap_table_find_queue(&plan->caps, workload),
            }));
    }
    array_append(&plan->pass.lines, candidates);
    array_append(&plan->lines, line);
}

static size_t count_room(const struct cluster *cluster, size_t planned)
{
    size_t room = 0;

    while (grant_table_has_room(&cluster->grants, planned + room)) {
        room++;
    }
    return room;
}

static void collect(struct tree_plan *plan, const struct quota_tree *tree, int64_t now_us,
                    size_t planned)
{
    struct cluster *cluster = plan->cluster;

    tree_state_read(cluster, tree, &plan->state);
    if (needs_holders(cluster, tree)) {
        tree_state_read_holders(cluster, now_us, &plan->state);
    }
    cap_table_read(cluster, &plan->caps);
    plan->pass = (struct cohort_pass){
        .configuration = cluster->configuration,
        .flavors = &cluster->directory->flavors,
        .usage = &plan->state.usage,
        .placement = plan->state.has_placement ? &plan->state.placement : NULL,
        .holders = &plan->state.holders,
        .now_us = now_us,
        .starts_max = count_room(cluster, planned),
    };
    for (size_t node = 0; node < tree->nodes.count; node++) {
        struct waiting_line *line = find_line(cluster, tree, node);
        if (line != NULL && line->workloads.count > line->settled_count) {
            collect_line(plan, (int)node, line);
        }
    }
}

static void note_verdict(struct cluster *cluster, struct workload *workload,
                         struct candidate *candidate)
{
    if (!candidate->is_tried) {
        verdict_set(&candidate->verdict, VERDICT_WAITS, "BehindHead",
                    "waits for those ahead of it in the queue", NULL);
    }
    bool is_new = workload->verdict.kind != candidate->verdict.kind ||
                  !text_equal(workload->verdict.message, candidate->verdict.message);
    if (!is_new) {
        return;
    }
    verdict_set(&workload->verdict, candidate->verdict.kind, candidate->verdict.reason,
                candidate->verdict.message, NULL);
    if (!workload->is_due) {
        workload->is_due = true;
        array_append(&cluster->due, workload);
    }
}

/* Those who are leaving already need not be asked again. */
static void take_victims(struct tree_plan *plan, struct workload *preemptor,
                         const struct candidate *candidate, struct plan *changes)
{
    array_for_each(victim, &candidate->victims) {
        struct workload *workload = plan->state.holder_workloads.items[victim->holder];
        if (!plan->state.holders.items[victim->holder].is_leaving) {
            plan_add(changes, (struct change){.kind = CHANGE_PREEMPT,
                                              .workload = workload,
                                              .preemptor = preemptor,
                                              .preemption_reason = victim->reason});
        }
    }
}

/* Nobody of the pass was let go: until something changes, they need not be tried again. Where room
 * is kept for somebody, or a blocked head lets others pass, all are passed again each time: who
 * comes must not be decided about without them. */
static void settle(const struct tree_plan *plan, struct waiting_line *line,
                   const struct candidate_line *candidates)
{
    bool is_strict = candidates->queue->queueing_strategy == QUEUEING_STRICT_FIFO;

    line->is_dirty = false;
    if (plan->pass.has_promises || wants_backfill(plan->cluster, candidates->queue)) {
        return;
    }
    line->settled_count = line->workloads.count;
    array_for_each(candidate, &candidates->candidates) {
        line->is_blocked |=
            is_strict && candidate->is_tried && candidate->verdict.kind == VERDICT_WAITS;
    }
}

/* Where admission checks apply, quota is reserved first. */
static enum change_kind kind_of_start(const struct cluster_queue *queue,
                                      const struct admission *admission)
{
    struct name_list checks = {0};

    required_checks_find(queue, admission, &checks);
    bool is_checked = checks.count > 0;
    array_release(&checks);
    return is_checked ? CHANGE_RESERVE : CHANGE_START;
}

/* With waitForPodsReady.blockAdmission, one starts after the other. */
static bool holds_others(const struct cluster *cluster)
{
    const struct pods_ready_rules *rules = &cluster->configuration->pods_ready;

    return rules->is_enabled && rules->blocks_admission;
}

static bool is_anybody_unready(const struct cluster *cluster)
{
    const struct workload *workload = cluster->workloads;

    for (; workload != NULL; workload = workload->hh.next) {
        if (workload->state == WORKLOAD_ADMITTED && !workload_is_reserved(workload) &&
            !workload_is_evicting(workload) && pods_ready_since_us(workload) == 0) {
            return true;
        }
    }
    return false;
}

static void hold_back(struct tree_plan *plan, struct workload *workload,
                      struct candidate *candidate)
{
    verdict_set(&candidate->verdict, VERDICT_WAITS, VERDICT_REASON_PODS_READY,
                "waiting for all admitted workloads to be in PodsReady condition", NULL);
    note_verdict(plan->cluster, workload, candidate);
}

static void take_line(struct tree_plan *plan, struct waiting_line *line,
                      struct candidate_line *candidates, struct object *const *waiting,
                      struct plan *changes)
{
    for (size_t i = 0; i < candidates->candidates.count; i++) {
        struct workload *workload = line->workloads.items[line->settled_count + i];
        struct candidate *candidate = &candidates->candidates.items[i];
        if (candidate->admission == NULL) {
            note_verdict(plan->cluster, workload, candidate);
            take_victims(plan, workload, candidate, changes);
            continue;
        }
        if (plan->is_held) {
            hold_back(plan, workload, candidate);
            continue;
        }
        plan->is_held = plan->holds_others;
        struct admission *admission = take_pointer(&candidate->admission);
        plan_sign(admission, workload);
        plan_add(changes, (struct change){.kind = kind_of_start(candidates->queue, admission),
                                          .workload = workload,
                                          .object = waiting[i],
                                          .admission = admission});
    }
}

static void take_results(struct tree_plan *plan, struct plan *changes)
{
    size_t changes_before = changes->count;
    size_t first = 0;

    for (size_t i = 0; i < plan->lines.count; i++) {
        struct candidate_line *candidates = &plan->pass.lines.items[i];
        take_line(plan, plan->lines.items[i], candidates, plan->waiting.items + first, changes);
        first += candidates->candidates.count;
    }
    for (size_t i = 0; i < plan->lines.count && !plan->pass.is_cut_short; i++) {
        if (changes->count == changes_before) {
            settle(plan, plan->lines.items[i], &plan->pass.lines.items[i]);
        } else {
            plan->lines.items[i]->is_dirty = false; /* what started makes it dirty again */
        }
    }
}

void tree_plan_make(struct cluster *cluster, const struct quota_tree *tree, int64_t now_us,
                    struct plan *changes)
{
    struct tree_plan plan = {.cluster = cluster};

    if (!refresh_lines(cluster, tree)) {
        return;
    }
    plan.holds_others = holds_others(cluster);
    plan.is_held =
        plan.holds_others && (plan_count_starts(changes) > 0 || is_anybody_unready(cluster));
    collect(&plan, tree, now_us, plan_count_starts(changes));
    cohort_pass_run(&plan.pass);
    take_results(&plan, changes);
    cohort_pass_release(&plan.pass);
    gpu_caps_release(&plan.caps);
    tree_state_release(&plan.state);
    array_release(&plan.lines);
    array_release(&plan.waiting);
}

void tree_plan_wake(struct cluster *cluster)
{
    bool is_all = holds_others(cluster);

    array_for_each(tree, &cluster->directory->forest->trees) {
        bool is_timed = is_all || needs_holders(cluster, *tree);
        for (size_t node = 0; is_timed && node < (*tree)->nodes.count; node++) {
            struct waiting_line *line = find_line(cluster, *tree, node);
            if (line != NULL && line->workloads.count > 0) {
                waiting_line_unsettle(line);
            }
        }
    }
}
