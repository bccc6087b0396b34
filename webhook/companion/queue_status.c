/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/queue_status.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "policy/objects/quantity.h"
#include "webhook/cluster/queue_activity.h"
#include "webhook/companion/queue_tally.h"

enum { RETRY_MS = 5000 };

static void free_entry(struct queue_status_entry *entry)
{
    free(entry->key);
    free(entry->status);
    free(entry);
}

void queue_status_release(struct queue_status *status)
{
    struct queue_status_entry *entry;
    struct queue_status_entry *next;

    HASH_ITER(hh, status->entries, entry, next) {
        HASH_DEL(status->entries, entry);
        free_entry(entry);
    }
}

/* What is used above the nominal quota; zero without a cohort. */
static json_t *encode_borrowed(const struct cluster_queue *queue, const struct flavor_quota *quota,
                               const char *resource, const struct usage *used)
{
    char text[QUANTITY_TEXT_BYTES];
    int64_t above =
        usage_get(used, quota->flavor, resource) - resources_get(&quota->nominal, resource);

    quantity_format(queue->cohort_name != NULL && above > 0 ? above : 0, resource, text);
    return json_string(text);
}

static json_t *encode_flavor(const struct cluster_queue *queue, const struct resource_group *group,
                             const struct flavor_quota *quota, const struct usage *used,
                             bool has_borrowed)
{
    json_t *resources = json_array();

    array_for_each(resource, &group->covered_resources) {
        char total[QUANTITY_TEXT_BYTES];
        quantity_format(usage_get(used, quota->flavor, *resource), *resource, total);
        json_t *value = json_pack("{s:s, s:s}", "name", *resource, "total", total);
        if (has_borrowed) {
            json_object_set_new(value, "borrowed", encode_borrowed(queue, quota, *resource, used));
        }
        json_array_append_new(resources, value);
    }
    return json_pack("{s:s, s:o}", "name", quota->flavor, "resources", resources);
}

/* Every flavor and resource of the queue, also those that nobody uses. */
static json_t *encode_usage(const struct cluster_queue *queue, const struct usage *used,
                            bool has_borrowed)
{
    json_t *flavors = json_array();

    array_for_each(group, &queue->resource_groups) {
        array_for_each(quota, &group->flavors) {
            json_array_append_new(flavors, encode_flavor(queue, group, quota, used, has_borrowed));
        }
    }
    return flavors;
}

static json_t *encode_activity(const struct queue_activity *activity, int64_t generation, char *now)
{
    return json_pack("[{s:s, s:s, s:s, s:s, s:s, s:I}]", "type", "Active", "status",
                     activity->is_active ? "True" : "False", "reason", activity->reason, "message",
                     activity->message, "lastTransitionTime", now, "observedGeneration",
                     (json_int_t)generation);
}

static struct queue_activity judge_cluster_queue(const struct cluster *cluster,
                                                 const struct policy_item *policy)
{
    if (policy->cluster_queue == NULL) {
        return (struct queue_activity){
            false, "Invalid", text_format("Can't admit new workloads: %s", policy->mistake)};
    }
    return queue_activity_judge(cluster->directory, policy->cluster_queue);
}

static struct queue_activity judge_local_queue(const struct cluster *cluster,
                                               const struct policy_item *policy)
{
    if (policy->local_queue == NULL) {
        return (struct queue_activity){
            false, "Invalid", text_format("Can't submit new workloads: %s", policy->mistake)};
    }
    const struct cluster_queue *queue =
        directory_find_cluster_queue(cluster->directory, policy->local_queue->cluster_queue);
    if (policy->local_queue->stop_policy != STOP_NONE) {
        return (struct queue_activity){false, "Stopped", memory_copy_text("LocalQueue is stopped")};
    }
    if (queue == NULL) {
        return (struct queue_activity){
            false, "ClusterQueueDoesNotExist",
            memory_copy_text("Can't submit new workloads to clusterQueue")};
    }
    if (queue_activity_bars(cluster->directory, queue)) {
        return (struct queue_activity){
            false, "ClusterQueueIsInactive",
            memory_copy_text("Can't submit new workloads to clusterQueue")};
    }
    return (struct queue_activity){true, "Ready",
                                   memory_copy_text("Can submit new workloads to localQueue")};
}

static json_t *encode_counts(const struct queue_tally *tally)
{
    static const struct queue_tally nothing = {0};
    const struct queue_tally *counted = tally != NULL ? tally : &nothing;

    return json_pack("{s:I, s:I, s:I}", "pendingWorkloads", (json_int_t)counted->pending,
                     "reservingWorkloads", (json_int_t)counted->reserving, "admittedWorkloads",
                     (json_int_t)counted->admitted);
}

static struct queue_status_entry *get_entry(struct queue_status *status, char *key)
{
    struct queue_status_entry *entry = NULL;

    HASH_FIND_STR(status->entries, key, entry);
    if (entry != NULL) {
        free(key);
        return entry;
    }
    entry = memory_allocate(sizeof *entry);
    entry->key = key;
    HASH_ADD_KEYPTR(hh, status->entries, entry->key, strlen(entry->key), entry);
    return entry;
}

/* When the Active condition became what it is. */
static void note_activity(struct queue_status_entry *entry, bool is_active)
{
    if (entry->active_since_us == 0 || entry->was_active != is_active) {
        entry->was_active = is_active;
        entry->active_since_us = clock_wall_us();
    }
}

/* Sends the status unless it is what was written last. Path and value are taken over. */
static void write_status(struct queue_status *status, char *path, const struct policy_item *policy,
                         json_t *value, const struct queue_activity *activity, int64_t now_ms)
{
    struct queue_status_entry *entry = get_entry(status, path);
    char since[TIMESTAMP_TEXT_BYTES];

    note_activity(entry, activity->is_active);
    timestamp_format_seconds(entry->active_since_us, since);
    json_object_set_new(value, "conditions", encode_activity(activity, policy->generation, since));
    json_auto_t *patch =
        json_pack("{s:{s:s}, s:o}", "metadata", "uid", policy->uid, "status", value);
    auto_free char *text = json_dumps(patch, JSON_COMPACT);
    if (entry->retry_at_ms > now_ms || text_equal(entry->status, text)) {
        return;
    }
    struct kube_request request = {
        .method = KUBE_MERGE_PATCH,
        .path = memory_copy_text(entry->key),
        .body = memory_copy_text(text),
        .wants_metadata_only = true,
    };
    if (errands_send_take(status->errands, ERRAND_STATUS, entry->key, &request)) {
        free(entry->status);
        entry->status = take_pointer(&text);
    }
}

/* Of what is reserved, the part that is admitted. */
static json_t *encode_admitted(const struct cluster_queue *queue, const struct queue_tally *tally,
                               const struct usage *reserved, bool has_borrowed)
{
    auto_usage struct usage admitted = {0};

    usage_copy(reserved, &admitted);
    if (tally != NULL) {
        usage_subtract_all(&admitted, &tally->unadmitted);
    }
    return encode_usage(queue, &admitted, has_borrowed);
}

static void update_cluster_queue(struct queue_status *status, const struct policy_item *policy,
                                 const struct queue_tallies *tallies, int64_t now_ms)
{
    struct queue_activity activity = judge_cluster_queue(status->cluster, policy);
    json_t *value = encode_counts(queue_tally_find(tallies->cluster_queues, policy->name));
    auto_usage struct usage used = {0};

    if (policy->cluster_queue != NULL) {
        ledger_get_used(status->cluster->ledger, policy->name, &used);
        json_object_set_new(value, "flavorsReservation",
                            encode_usage(policy->cluster_queue, &used, true));
        json_object_set_new(value, "flavorsUsage",
                            encode_admitted(policy->cluster_queue,
                                            queue_tally_find(tallies->cluster_queues, policy->name),
                                            &used, true));
    }
    write_status(status,
                 text_format("%s/%s/status", resource_path(RESOURCE_CLUSTER_QUEUE), policy->name),
                 policy, value, &activity, now_ms);
    free(activity.message);
}

static void update_local_queue(struct queue_status *status, const struct policy_item *policy,
                               const struct queue_tallies *tallies, int64_t now_ms)
{
    struct queue_activity activity = judge_local_queue(status->cluster, policy);
    auto_free char *key = text_format("%s/%s", policy->namespace_name, policy->name);
    const struct queue_tally *tally = queue_tally_find(tallies->local_queues, key);
    static const struct usage nothing = {0};
    const struct usage *used = tally != NULL ? &tally->reserved : &nothing;
    json_t *value = encode_counts(tally);
    const struct cluster_queue *queue =
        policy->local_queue != NULL
            ? directory_find_cluster_queue(status->cluster->directory,
                                           policy->local_queue->cluster_queue)
            : NULL;

    if (queue != NULL) {
        json_object_set_new(value, "flavorsReservation", encode_usage(queue, used, false));
        json_object_set_new(value, "flavorUsage", encode_admitted(queue, tally, used, false));
    }
    write_status(status,
                 text_format("/apis/kueue.x-k8s.io/v1beta1/namespaces/%s/localqueues/%s/status",
                             policy->namespace_name, policy->name),
                 policy, value, &activity, now_ms);
    free(activity.message);
}

void queue_status_update(struct queue_status *status, int64_t now_ms)
{
    const struct cache *cache = &status->cluster->cache;
    struct cache_entry *entry = cache->entries[RESOURCE_CLUSTER_QUEUE];
    struct queue_tallies tallies;

    queue_tallies_count(status->cluster, &tallies);
    for (; entry != NULL; entry = entry->hh.next) {
        update_cluster_queue(status, entry->item->policy, &tallies, now_ms);
    }
    for (entry = cache->entries[RESOURCE_LOCAL_QUEUE]; entry != NULL; entry = entry->hh.next) {
        update_local_queue(status, entry->item->policy, &tallies, now_ms);
    }
    queue_tallies_release(&tallies);
}

void queue_status_note_answer(struct queue_status *status, const struct errand *errand,
                              const struct kube_answer *answer, int64_t now_ms)
{
    struct queue_status_entry *entry = NULL;

    HASH_FIND_STR(status->entries, errand->subject, entry);
    if (entry == NULL) {
        return;
    }
    if (answer->outcome == KUBE_DONE) {
        entry->is_trouble_told = false;
        return;
    }
    if (answer->outcome == KUBE_NOT_FOUND || answer->outcome == KUBE_CONFLICT) {
        HASH_DEL(status->entries, entry); /* the queue is gone, or another of its name is there */
        free_entry(entry);
        return;
    }
    free(take_pointer(&entry->status));
    entry->retry_at_ms = now_ms + RETRY_MS;
    if (!entry->is_trouble_told) {
        log_warning("the status of a queue cannot be written", LOG_TEXT("path", errand->subject),
                    LOG_TEXT("error", answer->message));
    }
    entry->is_trouble_told = true;
}
