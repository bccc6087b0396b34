/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/plan.h"

#include "base/text.h"
#include "policy/rules/queue_pass.h"

void plan_release(struct plan *plan)
{
    array_for_each(change, plan) {
        admission_destroy(change->admission);
    }
    array_release(plan);
}

static size_t count_starts(const struct plan *plan)
{
    size_t count = 0;

    array_for_each(change, plan) {
        count += change->kind <= CHANGE_SUCCEED || change->kind == CHANGE_RELEASE ? 1 : 0;
    }
    return count;
}

static bool has_room(const struct cluster *cluster, const struct plan *plan)
{
    return grant_table_has_room(&cluster->grants, count_starts(plan));
}

static void add(struct plan *plan, enum change_kind kind, struct workload *workload,
                const struct object *object, struct admission *admission)
{
    array_append(plan, ((struct change){kind, workload, object, admission}));
}

static void sign(struct admission *admission, const struct workload *workload)
{
    free(admission->workload_uid);
    admission->workload_uid = memory_copy_text(workload->uid);
    if (workload->local_queue != NULL) {
        free(admission->local_queue);
        admission->local_queue = memory_copy_text(workload->local_queue->name);
    }
}

static bool is_gated(const struct cluster *cluster, const struct object *pod)
{
    return pod->is_suspended && !pod->is_finished && !pod->is_deleting &&
           grant_table_find(&cluster->grants, pod->uid) == NULL;
}

/* The Pods that the admitted workload lacks, if they ask no more than it was admitted with. */
static void plan_children(struct cluster *cluster, struct workload *workload, struct plan *plan)
{
    const struct admission *admission = workload->admission;
    const struct holding_view view = cluster_view(cluster);
    int64_t active = (int64_t)workload_count_active_pods(workload, &cluster->grants);

    if (workload->state != WORKLOAD_ADMITTED || workload->kind->id == KIND_POD ||
        workload->is_record_void || admission->pod_sets.count == 0) {
        return;
    }
    const struct pod_set_admission *set = &admission->pod_sets.items[0];
    array_for_each(pod, &workload->pods) {
        if (active >= set->count || !has_room(cluster, plan)) {
            return;
        }
        if (is_gated(cluster, *pod) && holding_covers_pod(&view, *pod, admission)) {
            struct admission *own = admission_copy_for_pod(admission, set);
            sign(own, workload);
            add(plan, CHANGE_START, workload, *pod, own);
            active++;
        }
    }
}

static void plan_release_of(struct cluster *cluster, struct workload *workload,
                            const struct object *object, struct plan *plan)
{
    bool is_ours = object->arrival_us != 0;

    if (is_ours && is_gated(cluster, object) && object->kind->id != KIND_NOTEBOOK &&
        has_room(cluster, plan)) {
        add(plan, CHANGE_RELEASE, workload, object, NULL);
    }
}

static void plan_releases(struct cluster *cluster, struct workload *workload, struct plan *plan)
{
    if (workload->namespace_name == NULL || cluster_is_managed(cluster, workload->namespace_name)) {
        return;
    }
    if (workload->owner != NULL && workload->owner->kind->id != KIND_POD) {
        plan_release_of(cluster, workload, workload->owner, plan);
    }
    array_for_each(pod, &workload->pods) {
        plan_release_of(cluster, workload, *pod, plan);
    }
}

static bool plan_adoption_of(struct cluster *cluster, struct workload *workload,
                             const struct object *object, struct plan *plan)
{
    const struct holding_view view = cluster_view(cluster);
    struct admission *admission =
        object->is_deleting ? NULL : holding_adopt(&view, workload, object);

    if (admission == NULL) {
        return false;
    }
    add(plan, CHANGE_ADOPT, workload, object, admission);
    return true;
}

/* One at a time for each workload: the answer makes it due again. */
static void plan_adoptions(struct cluster *cluster, struct workload *workload, struct plan *plan)
{
    bool is_job = workload->owner != NULL && workload->owner->kind->id == KIND_JOB;

    if (workload->is_adoption_in_flight || workload->namespace_name == NULL ||
        !cluster_is_managed(cluster, workload->namespace_name) ||
        (is_job && plan_adoption_of(cluster, workload, workload->owner, plan))) {
        return;
    }
    array_for_each(pod, &workload->pods) {
        if (plan_adoption_of(cluster, workload, *pod, plan)) {
            return;
        }
    }
}

static void plan_fetch(struct cluster *cluster, struct workload *workload, struct plan *plan)
{
    const struct cache_entry *entry = cache_find(&cluster->cache, RESOURCE_POD, workload->uid);

    if (entry != NULL && entry->is_owner_unknown && !workload->is_fetch_in_flight) {
        add(plan, CHANGE_FETCH_OWNER, workload, entry->item->object, NULL);
    }
}

/* True if somebody in the line comes in the place of a gone Pod. */
static bool plan_successors(struct cluster *cluster, struct waiting_line *line, struct plan *plan)
{
    const struct holding_view view = cluster_view(cluster);
    bool is_any = false;

    if (cluster->reservations.count == 0) {
        return false;
    }
    array_for_each(item, &line->workloads) {
        struct workload *workload = *item;
        const struct object *pod = workload->owner;
        const struct reservation *kept =
            pod->owner_uid != NULL ? reservation_list_find(&cluster->reservations, pod) : NULL;
        if (kept == NULL || !has_room(cluster, plan)) {
            continue;
        }
        is_any = true;
        if (!holding_covers_pod(&view, pod, kept->admission)) {
            add(plan, CHANGE_DROP_RESERVATION, workload, pod, NULL);
            continue;
        }
        struct admission *admission = admission_copy(kept->admission);
        sign(admission, workload);
        add(plan, CHANGE_SUCCEED, workload, pod, admission);
    }
    return is_any;
}

static const char *find_profile(const struct cluster *cluster, const struct workload *workload,
                                const struct object *waiting)
{
    if (!cluster->configuration->profile_selects_flavor) {
        return NULL;
    }
    return workload->owner->profile != NULL ? workload->owner->profile : waiting->profile;
}

static void collect_candidates(const struct cluster *cluster, const struct waiting_line *line,
                               struct queue_candidate_list *candidates, struct object_list *waiting)
{
    for (size_t i = line->settled_count; i < line->workloads.count; i++) {
        struct workload *workload = line->workloads.items[i];
        const struct object *object = workload_find_waiting(workload, &cluster->grants);
        array_append(waiting, (struct object *)object);
        array_append(candidates, ((struct queue_candidate){
                                     .pod_sets = &object->pod_sets,
                                     .only_flavor = find_profile(cluster, workload, object),
                                     .shape = object->shape,
                                 }));
    }
}

static void note_verdict(struct cluster *cluster, struct workload *workload,
                         struct queue_candidate *candidate)
{
    if (!candidate->is_tried) {
        verdict_set(&candidate->verdict, VERDICT_WAITS, "waits for those ahead of it in the queue",
                    NULL);
    }
    bool is_new = workload->verdict.kind != candidate->verdict.kind ||
                  !text_equal(workload->verdict.message, candidate->verdict.message);
    if (!is_new) {
        return;
    }
    verdict_set(&workload->verdict, candidate->verdict.kind, candidate->verdict.message, NULL);
    if (!workload->is_due) {
        workload->is_due = true;
        array_append(&cluster->due, workload);
    }
}

/* Nobody of the pass was let go: until something changes, they need not be tried again. */
static void settle(struct waiting_line *line, const struct cluster_queue *queue,
                   const struct queue_candidate_list *candidates)
{
    line->settled_count = line->workloads.count;
    array_for_each(candidate, candidates) {
        line->is_blocked |= queue->queueing_strategy == QUEUEING_STRICT_FIFO &&
                            candidate->is_tried && candidate->verdict.kind == VERDICT_WAITS;
    }
}

/* False if the Lease has no room for all that fits. */
static bool take_results(struct cluster *cluster, struct waiting_line *line,
                         struct queue_candidate_list *candidates, const struct object_list *waiting,
                         struct plan *plan)
{
    for (size_t i = 0; i < candidates->count; i++) {
        struct workload *workload = line->workloads.items[line->settled_count + i];
        struct queue_candidate *candidate = &candidates->items[i];
        if (candidate->admission == NULL) {
            note_verdict(cluster, workload, candidate);
            continue;
        }
        if (!has_room(cluster, plan)) {
            return false;
        }
        struct admission *admission = take_pointer(&candidate->admission);
        sign(admission, workload);
        add(plan, CHANGE_START, workload, waiting->items[i], admission);
    }
    return true;
}

static void plan_line(struct cluster *cluster, struct waiting_line *line,
                      const struct cluster_queue *queue, struct plan *plan)
{
    const struct flavor_rules rules = {cluster->configuration, queue, &cluster->directory->flavors};
    struct queue_candidate_list candidates = {0};
    struct object_list waiting = {0};
    auto_usage struct usage used = {0};
    size_t changes_before = plan->count;

    collect_candidates(cluster, line, &candidates, &waiting);
    ledger_get_used(cluster->ledger, line->cluster_queue, &used);
    if (!line->is_blocked) {
        queue_pass_run(&rules, &used, &candidates);
    }
    line->is_dirty = !take_results(cluster, line, &candidates, &waiting, plan);
    if (!line->is_dirty && plan->count == changes_before) {
        settle(line, queue, &candidates);
    }
    queue_candidate_list_release(&candidates);
    array_release(&waiting);
}

static void plan_lines(struct cluster *cluster, struct plan *plan)
{
    struct waiting_line *line = cluster->lines;

    for (; line != NULL; line = line->hh.next) {
        const struct cluster_queue *queue =
            directory_find_cluster_queue(cluster->directory, line->cluster_queue);
        if (!line->is_dirty || line->workloads.count == 0 || queue == NULL ||
            !has_room(cluster, plan)) {
            continue;
        }
        if (!plan_successors(cluster, line, plan)) {
            plan_line(cluster, line, queue, plan);
        }
    }
}

void plan_make(struct cluster *cluster, struct plan *out_plan)
{
    for (size_t i = 0; i < cluster->due.count; i++) {
        struct workload *workload = cluster->due.items[i];
        plan_children(cluster, workload, out_plan);
        plan_releases(cluster, workload, out_plan);
        plan_adoptions(cluster, workload, out_plan);
        plan_fetch(cluster, workload, out_plan);
    }
    plan_lines(cluster, out_plan);
}
