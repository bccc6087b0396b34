/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/standing.h"

#include "base/text.h"
#include "webhook/cluster/queue_activity.h"

static const char *queue_label(const struct workload *workload)
{
    if (workload->owner != NULL && workload->owner->queue_name != NULL) {
        return workload->owner->queue_name;
    }
    return workload->pods.count > 0 ? workload->pods.items[0]->queue_name : NULL;
}

static void set_queues(struct workload *workload, const struct local_queue *local_queue,
                       const struct cluster_queue *cluster_queue)
{
    const struct local_queue *old_local_queue = workload->local_queue;
    const struct cluster_queue *old_cluster_queue = workload->cluster_queue;

    workload->local_queue = local_queue != NULL ? local_queue_ref(local_queue) : NULL;
    workload->cluster_queue = cluster_queue != NULL ? cluster_queue_ref(cluster_queue) : NULL;
    local_queue_unref(old_local_queue);
    cluster_queue_unref(old_cluster_queue);
}

/* What is wrong with a queue that the directory leaves out. */
static char *explain_missing(const struct cluster *cluster, enum resource resource,
                             const char *kind, const char *key, const char *name)
{
    const struct cache_entry *entry = cache_find(&cluster->cache, resource, key);

    if (entry != NULL && entry->item->policy->mistake != NULL) {
        return text_format("%s %s cannot be used: %s", kind, name, entry->item->policy->mistake);
    }
    return text_format("%s %s doesn't exist", kind, name);
}

/* Finds the queues of the workload; NULL, or why it cannot be tried in any, owned. */
static char *resolve_queues(const struct cluster *cluster, struct workload *workload)
{
    const char *label = queue_label(workload);
    const struct local_queue *local_queue = NULL;
    auto_free char *key =
        text_format("%s/%s", workload->namespace_name, label != NULL ? label : "");

    switch (directory_resolve_queue(cluster->directory, workload->namespace_name, label,
                                    &local_queue)) {
    case QUEUE_MISSING:
        set_queues(workload, NULL, NULL);
        return explain_missing(cluster, RESOURCE_LOCAL_QUEUE, "LocalQueue", key, label);
    case QUEUE_UNRESOLVED:
        set_queues(workload, NULL, NULL);
        return text_format(
            "namespace %s has no default LocalQueue: label the object with " LABEL_QUEUE_NAME
            ", or make one",
            workload->namespace_name);
    case QUEUE_RESOLVED:
        break;
    }
    const struct cluster_queue *cluster_queue =
        directory_find_cluster_queue(cluster->directory, local_queue->cluster_queue);
    set_queues(workload, local_queue, cluster_queue);
    if (cluster_queue == NULL) {
        return explain_missing(cluster, RESOURCE_CLUSTER_QUEUE, "ClusterQueue",
                               local_queue->cluster_queue, local_queue->cluster_queue);
    }
    return NULL;
}

/* Why a workload with a queue cannot be tried; NULL: it can. Owned. */
static char *explain_inadmissible(const struct cluster *cluster, const struct workload *workload,
                                  const struct object *waiting)
{
    const struct cluster_queue *queue = workload->cluster_queue;
    const struct namespace_info *namespace_info =
        directory_find_namespace(cluster->directory, workload->namespace_name);

    if (workload->local_queue->stop_policy != STOP_NONE) {
        return text_format("LocalQueue %s is inactive", workload->local_queue->name);
    }
    if (queue_activity_bars(cluster->directory, queue)) {
        return text_format("ClusterQueue %s is inactive", queue->name);
    }
    if (namespace_info == NULL ||
        !label_selector_matches(&queue->namespace_selector, &namespace_info->labels)) {
        return text_format("Workload namespace doesn't match ClusterQueue selector of %s",
                           queue->name);
    }
    if (waiting->mistake != NULL) {
        return memory_copy_text(waiting->mistake);
    }
    if (workload->record != NULL && !workload->record->is_active) {
        return memory_copy_text("The workload is deactivated");
    }
    const struct condition *requeued =
        workload->record != NULL ? condition_list_find(&workload->record->conditions, "Requeued")
                                 : NULL;
    if (requeued != NULL && !requeued->is_true) {
        return memory_copy_text(requeued->message);
    }
    if (workload->refusal != NULL && workload->refused_version == waiting->resource_version) {
        return memory_copy_text(workload->refusal);
    }
    return NULL;
}

static bool is_owner_unknown(const struct cluster *cluster, const struct workload *workload)
{
    const struct cache_entry *entry = cache_find(&cluster->cache, RESOURCE_POD, workload->uid);

    return entry != NULL && entry->is_owner_unknown;
}

static bool is_stopped_by_user(const struct workload *workload)
{
    const struct object *owner = workload->owner;

    return owner->kind->id == KIND_NOTEBOOK && owner->is_suspended && owner->stopped_by == NULL;
}

/* An admitted Notebook whose Pods are gone keeps its place for a while; one whose new Pod asks for
 * more than was admitted or for other nodes, or that was stopped, loses it once nothing of it runs.
 */
static void judge_record(const struct cluster *cluster, struct workload *workload,
                         const struct object *waiting, int64_t now_ms)
{
    const struct holding_view view = cluster_view(cluster);
    bool is_notebook = workload->owner != NULL && workload->owner->kind->id == KIND_NOTEBOOK;
    const struct admission *admitted =
        is_notebook && workload->record != NULL ? workload->record->admission : NULL;
    int64_t patience_ms = (int64_t)cluster->configuration->successor_reservation_seconds * 1000;
    bool has_pods = workload_count_active_pods(workload, &cluster->grants) > 0 || waiting != NULL;

    if (admitted == NULL || has_pods || workload_is_evicting(workload)) {
        workload->podless_since_ms = 0;
    } else if (workload->podless_since_ms == 0) {
        workload->podless_since_ms = now_ms;
    }
    if (admitted == NULL) {
        workload->is_record_void = false;
        return;
    }
    bool is_outgrown = waiting != NULL &&
                       workload_count_active_pods(workload, &cluster->grants) == 0 &&
                       !holding_covers_pod(&view, waiting, admitted);
    bool is_abandoned =
        workload->podless_since_ms != 0 && now_ms - workload->podless_since_ms >= patience_ms;
    /* Once void, void until it is gone: what it held may be promised to another by then. */
    workload->is_record_void = workload->is_record_void || is_outgrown || is_abandoned ||
                               is_stopped_by_user(workload) || workload->record->is_deleting;
}

/* Lines of all queues that the workload was or is charged to. */
static void update_holding(struct cluster *cluster, struct workload *workload)
{
    const struct holding_view view = cluster_view(cluster);
    struct charge_list charges = {0};
    struct name_list queues = {0};

    holding_evaluate(&view, workload, &charges);
    array_for_each(charge, &charges) {
        array_append(&queues, memory_copy_text(charge->cluster_queue));
    }
    bool is_changed = ledger_set_take(cluster->ledger, workload->uid, &charges);
    array_for_each(queue, &queues) {
        if (is_changed) {
            cluster_mark_line(cluster, *queue);
        }
        free(*queue);
    }
    array_release(&queues);
    cluster->is_changed |= is_changed;
    if (is_changed && workload->charged_queue != NULL) {
        cluster_mark_line(cluster, workload->charged_queue);
    }
    free(workload->charged_queue);
    workload->charged_queue =
        memory_copy_text(workload->admission != NULL       ? workload->admission->cluster_queue
                         : workload->cluster_queue != NULL ? workload->cluster_queue->name
                                                           : NULL);
}

/* `obstacle`: why no queue was found, or NULL. */
static enum workload_state find_state(struct cluster *cluster, struct workload *workload,
                                      const struct object *waiting, const char *obstacle)
{
    if (workload->owner == NULL || !cluster_is_managed(cluster, workload->namespace_name) ||
        is_owner_unknown(cluster, workload)) {
        return WORKLOAD_NOTHING;
    }
    if (workload->owner->is_finished) {
        return WORKLOAD_FINISHED;
    }
    if (workload->admission != NULL) {
        return is_stopped_by_user(workload) ? WORKLOAD_NOTHING : WORKLOAD_ADMITTED;
    }
    if (waiting == NULL) {
        return WORKLOAD_NOTHING;
    }
    auto_free char *reason = obstacle != NULL ? memory_copy_text(obstacle)
                                              : explain_inadmissible(cluster, workload, waiting);
    if (reason != NULL) {
        verdict_set(&workload->verdict, VERDICT_INADMISSIBLE, "Inadmissible", reason, NULL);
        return WORKLOAD_INADMISSIBLE;
    }
    return WORKLOAD_QUEUED;
}

/* What the API server resolved for a Pod counts, unless a WorkloadPriorityClass is named. */
static int64_t find_priority(const struct cluster *cluster, const struct workload *workload,
                             const struct object *waiting)
{
    const char *workload_class = workload->owner->workload_priority_class;

    if (workload_class == NULL) {
        workload_class = waiting->workload_priority_class;
    }
    if (workload_class == NULL && waiting->has_priority) {
        return waiting->priority;
    }
    return directory_find_priority(cluster->directory, workload_class, waiting->priority_class);
}

/* Who was evicted because its Pods did not get ready queues from then on, if requeuingStrategy says
 * so, and who was because of a check in any case (kueue-api.md §4.1); everybody else keeps the
 * place that he came to. */
static int64_t find_arrival(const struct cluster *cluster, const struct workload *workload,
                            const struct object *object)
{
    const struct pods_ready_rules *rules = &cluster->configuration->pods_ready;
    const struct condition *evicted =
        workload->record != NULL ? condition_list_find(&workload->record->conditions, "Evicted")
                                 : NULL;
    int64_t arrival_us = workload_arrival_us(workload, object);

    if (evicted == NULL || !evicted->is_true || evicted->changed_us < arrival_us) {
        return arrival_us;
    }
    bool is_late = rules->requeues_by_eviction && text_equal(evicted->reason, "PodsReadyTimeout");
    return is_late || text_equal(evicted->reason, "AdmissionCheck") ? evicted->changed_us
                                                                    : arrival_us;
}

static void update_line(struct cluster *cluster, struct workload *workload,
                        const struct object *waiting)
{
    struct waiting_line *line = workload->state == WORKLOAD_QUEUED
                                    ? cluster_find_line(cluster, workload->cluster_queue->name)
                                    : NULL;
    const struct object *object = waiting != NULL ? waiting : workload->owner;
    struct order_key order = {.uid = workload->uid};

    if (object != NULL) { /* also of who holds: preemption asks for it */
        order.arrival_us = find_arrival(cluster, workload, object);
        order.priority = find_priority(cluster, workload, object);
    }
    uint64_t version = line != NULL ? waiting->resource_version : 0;
    if (line == NULL && workload->line == NULL) {
        workload->order = order;
        return;
    }
    if (workload->line == line && version == workload->waiting_version &&
        order_compare(&order, &workload->order) == 0) {
        return;
    }
    if (workload->line != NULL) {
        waiting_line_remove(workload->line, workload);
    }
    workload->order = order;
    workload->waiting_version = version;
    if (line != NULL) {
        waiting_line_insert(line, workload);
    }
    cluster->is_changed = true;
}

/* Estimates rest on how long those run that are admitted. */
static void note_ending(struct cluster *cluster, const struct workload *workload)
{
    struct waiting_line *line = cluster_find_line(cluster, workload->charged_queue);
    int64_t ran_us = cluster->wall_us - workload->admitted_us;

    if (ran_us <= 0) {
        return;
    }
    if (line != NULL) {
        run_times_add(&line->run_times, ran_us);
    }
    array_append(&cluster->endings,
                 ((struct ending){
                     .uid = memory_copy_text(workload->uid),
                     .namespace_name = memory_copy_text(workload->namespace_name),
                     .name = memory_copy_text(workload->name),
                     .kind = workload->kind,
                     .cluster_queue = memory_copy_text(workload->charged_queue),
                     .ran_us = ran_us,
                 }));
}

/* Who goes back into the line was asked to go: that tells nothing about how long it runs. */
static void measure_run_time(struct cluster *cluster, struct workload *workload)
{
    const struct condition *admitted =
        workload->record != NULL ? condition_list_find(&workload->record->conditions, "Admitted")
                                 : NULL;
    bool is_admitted = workload->state == WORKLOAD_ADMITTED;

    if (is_admitted && admitted != NULL && admitted->is_true) {
        workload->admitted_us = admitted->changed_us;
    } else if (workload->admitted_us != 0 && !is_admitted) {
        if (workload->charged_queue != NULL && workload->state != WORKLOAD_QUEUED) {
            note_ending(cluster, workload);
        }
        workload->admitted_us = 0;
    }
}

static void forget(struct cluster *cluster, struct workload *workload)
{
    struct charge_list nothing = {0};

    if (ledger_set_take(cluster->ledger, workload->uid, &nothing) &&
        workload->charged_queue != NULL) {
        cluster_mark_line(cluster, workload->charged_queue);
    }
    if (workload->line != NULL) {
        waiting_line_remove(workload->line, workload);
    }
    for (size_t i = 0; workload->is_due && i < cluster->due.count; i++) {
        if (cluster->due.items[i] == workload) {
            array_remove(&cluster->due, i);
            break;
        }
    }
    HASH_DEL(cluster->workloads, workload);
    workload_destroy(workload);
    cluster->is_changed = true;
}

void standing_refresh(struct cluster *cluster, struct workload *workload, int64_t now_ms)
{
    enum workload_state before = workload->state;

    workload->is_dirty = false;
    if (workload->owner == NULL && workload->pods.count == 0 && workload->record == NULL) {
        workload->state = WORKLOAD_NOTHING;
        measure_run_time(cluster, workload);
        forget(cluster, workload);
        return;
    }
    const struct object *waiting = workload_find_waiting(workload, &cluster->grants);
    judge_record(cluster, workload, waiting, now_ms);
    workload->admission = workload_find_admission(workload, &cluster->grants);
    auto_free char *obstacle = resolve_queues(cluster, workload);
    update_holding(cluster, workload);
    workload->state = find_state(cluster, workload, waiting, obstacle);
    measure_run_time(cluster, workload);
    update_line(cluster, workload, waiting);
    if (!workload->is_due) {
        workload->is_due = true;
        array_append(&cluster->due, workload);
    }
    cluster->is_changed |= workload->state != before;
}
