/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/queue_tally.h"

#include "base/text.h"

static struct queue_tally *get(struct queue_tally **tallies, const char *key)
{
    struct queue_tally *tally = (struct queue_tally *)queue_tally_find(*tallies, key);

    if (tally == NULL) {
        tally = memory_allocate(sizeof *tally);
        tally->key = memory_copy_text(key);
        HASH_ADD_KEYPTR(hh, *tallies, tally->key, strlen(tally->key), tally);
    }
    return tally;
}

const struct queue_tally *queue_tally_find(const struct queue_tally *tallies, const char *key)
{
    struct queue_tally *tally = NULL;

    HASH_FIND_STR(tallies, key, tally);
    return tally;
}

static bool is_told(const struct workload *workload)
{
    return workload->record != NULL && workload->record->admission != NULL &&
           condition_list_is_true(&workload->record->conditions, "Admitted");
}

static void count_admitted(const struct workload *workload, struct queue_tallies *tallies)
{
    const struct admission *admission = workload->admission;
    auto_free char *local_key = text_format(
        "%s/%s", workload->namespace_name,
        workload->local_queue != NULL ? workload->local_queue->name : admission->local_queue);
    struct queue_tally *by_cluster = get(&tallies->cluster_queues, admission->cluster_queue);
    struct queue_tally *by_local = get(&tallies->local_queues, local_key);

    by_cluster->reserving++;
    by_local->reserving++;
    by_cluster->admitted += is_told(workload) ? 1 : 0;
    by_local->admitted += is_told(workload) ? 1 : 0;
    flavors_count(admission, &by_local->reserved);
    if (!is_told(workload)) {
        flavors_count(admission, &by_cluster->unadmitted);
        flavors_count(admission, &by_local->unadmitted);
    }
}

static void count_pending(const struct workload *workload, struct queue_tallies *tallies)
{
    if (workload->local_queue != NULL) {
        auto_free char *local_key =
            text_format("%s/%s", workload->namespace_name, workload->local_queue->name);
        get(&tallies->local_queues, local_key)->pending++;
    }
    if (workload->cluster_queue != NULL) {
        get(&tallies->cluster_queues, workload->cluster_queue->name)->pending++;
    }
}

void queue_tallies_count(const struct cluster *cluster, struct queue_tallies *out_tallies)
{
    const struct workload *workload = cluster->workloads;

    memset(out_tallies, 0, sizeof *out_tallies);
    for (; workload != NULL; workload = workload->hh.next) {
        if (workload->state == WORKLOAD_ADMITTED && workload->admission != NULL) {
            count_admitted(workload, out_tallies);
        } else if (workload->state == WORKLOAD_QUEUED || workload->state == WORKLOAD_INADMISSIBLE) {
            count_pending(workload, out_tallies);
        }
    }
}

static void release(struct queue_tally **tallies)
{
    struct queue_tally *tally;
    struct queue_tally *next;

    HASH_ITER(hh, *tallies, tally, next) {
        HASH_DEL(*tallies, tally);
        usage_release(&tally->reserved);
        usage_release(&tally->unadmitted);
        free(tally->key);
        free(tally);
    }
}

void queue_tallies_release(struct queue_tallies *tallies)
{
    release(&tallies->cluster_queues);
    release(&tallies->local_queues);
}
