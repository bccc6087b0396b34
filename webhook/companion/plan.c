/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/plan.h"

#include "base/text.h"
#include "webhook/companion/required_checks.h"
#include "webhook/companion/tree_plan.h"

void plan_release(struct plan *plan)
{
    array_for_each(change, plan) {
        admission_destroy(change->admission);
    }
    array_release(plan);
}

size_t plan_count_starts(const struct plan *plan)
{
    size_t count = 0;

    array_for_each(change, plan) {
        count += change->kind <= CHANGE_SUCCEED || change->kind == CHANGE_RELEASE ? 1 : 0;
    }
    return count;
}

static bool has_room(const struct cluster *cluster, const struct plan *plan)
{
    return grant_table_has_room(&cluster->grants, plan_count_starts(plan));
}

void plan_add(struct plan *plan, struct change change)
{
    array_append(plan, change);
}

static void add(struct plan *plan, enum change_kind kind, struct workload *workload,
                const struct object *object, struct admission *admission)
{
    plan_add(plan,
             (struct change){
                 .kind = kind, .workload = workload, .object = object, .admission = admission});
}

void plan_sign(struct admission *admission, const struct workload *workload)
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
        workload->is_record_void || workload_is_evicting(workload) ||
        workload_is_reserved(workload) || admission->pod_sets.count == 0) {
        return;
    }
    const struct pod_set_admission *set = &admission->pod_sets.items[0];
    array_for_each(pod, &workload->pods) {
        if (active >= set->count || !has_room(cluster, plan)) {
            return;
        }
        if (is_gated(cluster, *pod) && holding_covers_pod(&view, *pod, admission)) {
            struct admission *own = admission_copy_for_pod(admission, set);
            plan_sign(own, workload);
            add(plan, CHANGE_START, workload, *pod, own);
            active++;
        }
    }
}

static void plan_release_of(struct cluster *cluster, struct workload *workload,
                            const struct object *object, struct plan *plan)
{
    bool is_ours =
        object->kind->id == KIND_NOTEBOOK ? object->stopped_by != NULL : object->arrival_us != 0;

    if (is_ours && is_gated(cluster, object) && has_room(cluster, plan)) {
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

static bool have_agreed(const struct workload_object *record, const struct name_list *checks)
{
    array_for_each(name, checks) {
        const struct check_status *check = check_status_list_find(&record->checks, *name);
        if (check == NULL || check->state != CHECK_READY) {
            return false;
        }
    }
    return true;
}

/* What was reserved starts once all that it waits for agree. */
static void plan_checked(struct cluster *cluster, struct workload *workload, struct plan *plan)
{
    const struct object *waiting = workload_find_waiting(workload, &cluster->grants);
    struct name_list checks = {0};

    if (workload->state != WORKLOAD_ADMITTED || !workload_is_reserved(workload) ||
        workload->reservation != NULL || waiting == NULL || workload->cluster_queue == NULL ||
        workload->cluster_queue->stop_policy != STOP_NONE || !has_room(cluster, plan)) {
        return;
    }
    const struct admission *reserved = workload->record->admission;
    required_checks_find(workload->cluster_queue, reserved, &checks);
    if (have_agreed(workload->record, &checks)) {
        struct admission *admission = admission_copy(reserved);
        plan_sign(admission, workload);
        add(plan, CHANGE_START, workload, waiting, admission);
    }
    array_release(&checks);
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
        plan_sign(admission, workload);
        add(plan, CHANGE_SUCCEED, workload, pod, admission);
    }
    return is_any;
}

/* True if somebody in a line of the tree comes in the place of a gone Pod: the others wait for the
 * next pass. */
static bool plan_tree_successors(struct cluster *cluster, const struct quota_tree *tree,
                                 struct plan *plan)
{
    bool is_any = false;

    array_for_each(node, &tree->nodes) {
        struct waiting_line *line =
            node->queue != NULL ? cluster_find_line(cluster, node->name) : NULL;
        if (line != NULL && line->is_dirty) {
            is_any |= plan_successors(cluster, line, plan);
        }
    }
    return is_any;
}

static void plan_trees(struct cluster *cluster, int64_t now_us, struct plan *plan)
{
    array_for_each(tree, &cluster->directory->forest->trees) {
        if (has_room(cluster, plan) && !plan_tree_successors(cluster, *tree, plan)) {
            tree_plan_make(cluster, *tree, now_us, plan);
        }
    }
}

void plan_make(struct cluster *cluster, int64_t now_us, struct plan *out_plan)
{
    for (size_t i = 0; i < cluster->due.count; i++) {
        struct workload *workload = cluster->due.items[i];
        plan_checked(cluster, workload, out_plan);
        plan_children(cluster, workload, out_plan);
        plan_releases(cluster, workload, out_plan);
        plan_adoptions(cluster, workload, out_plan);
        plan_fetch(cluster, workload, out_plan);
    }
    plan_trees(cluster, now_us, out_plan);
}
