/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/companion.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/text.h"
#include "webhook/cluster/intake.h"
#include "webhook/companion/change.h"
#include "webhook/companion/eviction_stop.h"
#include "webhook/companion/feed.h"
#include "webhook/companion/owner_fetch.h"
#include "webhook/companion/publisher.h"
#include "webhook/companion/queue_status.h"
#include "webhook/companion/records.h"
#include "webhook/companion/starts.h"
#include "webhook/companion/tree_plan.h"

enum {
    TICK_MS = 1000,
    BUSY_MS = 20, /* how soon to look again while something is to be retried */
    PUBLISH_INTERVAL_MS = 10,
    STATUS_INTERVAL_MS = 1000,
    HEADS_INTERVAL_MS = 10000, /* how often the head of a line is told anew why it waits */
    PASSES_MAX = 16,
};

enum leadership {
    FOLLOWING,
    TAKING_OVER, /* the Lease is ours; not everything was listed since */
    LEADING,
};

struct companion {
    struct mailbox mailbox;
    struct feed feed;
    struct kube_writer *writer;
    struct lease_keeper *keeper;
    struct cluster *cluster;
    struct errands errands;
    struct starts starts;
    struct records records;
    struct evictions evictions;
    struct queue_status queue_status;
    struct publisher publisher;
    enum leadership leadership;
    uint64_t round;
    int64_t next_tick_ms;
    int64_t next_status_ms;
    int64_t next_heads_ms;
    int64_t next_publish_ms;
    bool is_status_due;
    bool is_over;
    atomic_bool is_synced;
    pthread_t thread;
};

static const struct metric passes_metric = {
    "gpuaas_plan_changes_total", "Changes that were decided.", METRIC_COUNTER, {NULL}, NULL, 0};

/* Other threads: they only leave messages. */

static void on_written(void *context, uint64_t tag, struct kube_answer *answer)
{
    struct companion *companion = context;
    struct kube_answer *copy = memory_allocate(sizeof *copy);

    *copy = *answer;
    answer->body = NULL;
    mailbox_put(&companion->mailbox,
                (struct message){.kind = MESSAGE_ANSWER, .number = tag, .answer = copy});
}

static void on_acquired(void *context, int64_t transitions, const char *grants)
{
    struct companion *companion = context;

    mailbox_put(&companion->mailbox, (struct message){.kind = MESSAGE_LEADING,
                                                      .number = (uint64_t)transitions,
                                                      .text = memory_copy_text(grants)});
}

static void on_stored(void *context, uint64_t sequence)
{
    struct companion *companion = context;

    mailbox_put(&companion->mailbox, (struct message){.kind = MESSAGE_STORED, .number = sequence});
}

static void on_lost(void *context)
{
    struct companion *companion = context;

    mailbox_put(&companion->mailbox, (struct message){.kind = MESSAGE_DEPOSED});
}

/* The companion's own thread. */

static void begin_leading(struct companion *companion, const struct message *message)
{
    companion->leadership = TAKING_OVER;
    companion->round++;
    log_info("taking over", LOG_NUMBER("transitions", (int64_t)message->number));
    starts_begin(&companion->starts, (int64_t)message->number, message->text);
    feed_relist(&companion->feed, companion->round);
}

static void mark_all(struct cluster *cluster)
{
    struct workload *workload = cluster->workloads;

    for (; workload != NULL; workload = workload->hh.next) {
        workload->is_record_in_flight = false;
        workload->is_adoption_in_flight = false;
        workload->is_fetch_in_flight = false;
        records_forget_reservation(workload);
        cluster_mark(cluster, workload);
    }
}

static void stop_leading(struct companion *companion)
{
    companion->leadership = FOLLOWING;
    log_warning("not leading any more", LOG_BOOL("leader", false));
    errands_forget_all(&companion->errands);
    evictions_end(&companion->evictions);
    starts_end(&companion->starts);
    queue_status_release(&companion->queue_status);
    mark_all(companion->cluster);
}

static void finish_taking_over(struct companion *companion)
{
    if (companion->leadership != TAKING_OVER ||
        !cache_is_complete(&companion->cluster->cache, companion->round)) {
        return;
    }
    companion->leadership = LEADING;
    companion->is_status_due = true;
    starts_reconcile(&companion->starts);
    mark_all(companion->cluster);
    log_info("leading", LOG_BOOL("leader", true));
}

static void note_landed(struct cluster *cluster, const struct errand *errand)
{
    struct workload *workload = cluster_find_workload(cluster, errand->subject);

    if (workload != NULL) {
        workload->is_fetch_in_flight &= errand->kind != ERRAND_FETCH;
        workload->is_adoption_in_flight &= errand->kind != ERRAND_ADOPT;
        cluster_mark(cluster, workload);
    }
}

static void note_answer(struct companion *companion, uint64_t tag, const struct kube_answer *answer,
                        int64_t now_ms)
{
    struct errand *errand = errands_take(&companion->errands, tag);

    if (errand == NULL) {
        return;
    }
    errands_count(errand, answer->outcome);
    switch (errand->kind) {
    case ERRAND_START:
    case ERRAND_FENCE:
        starts_note_answer(&companion->starts, errand, answer, now_ms);
        break;
    case ERRAND_FETCH:
        note_landed(companion->cluster, errand);
        owner_fetch_note_answer(companion->cluster, errand, answer);
        break;
    case ERRAND_ADOPT:
        note_landed(companion->cluster, errand);
        break;
    case ERRAND_STOP:
        eviction_stop_note_answer(&companion->evictions, errand, answer, now_ms);
        break;
    case ERRAND_RECORD:
        records_note_answer(&companion->records, errand, answer, now_ms);
        break;
    case ERRAND_STATUS:
        queue_status_note_answer(&companion->queue_status, errand, answer, now_ms);
        break;
    case ERRAND_EVENT:
    case ERRAND_KIND_COUNT:
        break;
    }
    errand_destroy(errand);
}

static void take_message(struct companion *companion, struct message *message, int64_t now_ms)
{
    struct cluster *cluster = companion->cluster;

    switch (message->kind) {
    case MESSAGE_CHANGED:
        intake_put_take(cluster, take_pointer(&message->item));
        break;
    case MESSAGE_GONE:
        intake_remove(cluster, message->resource, message->text, now_ms);
        break;
    case MESSAGE_DISMISSED:
        intake_dismiss(cluster, message->resource, message->text, now_ms);
        break;
    case MESSAGE_LIST_STARTED:
        intake_begin_list(cluster, message->resource);
        break;
    case MESSAGE_LISTED:
        intake_end_list(cluster, message->resource, message->number, now_ms);
        finish_taking_over(companion);
        break;
    case MESSAGE_ANSWER:
        note_answer(companion, message->number, message->answer, now_ms);
        break;
    case MESSAGE_LEADING:
        begin_leading(companion, message);
        break;
    case MESSAGE_STORED:
        if (companion->leadership == LEADING) {
            starts_commit(&companion->starts, message->number);
        }
        break;
    case MESSAGE_DEPOSED:
        stop_leading(companion);
        break;
    case MESSAGE_STOP:
        companion->is_over = true;
        break;
    }
}

/* Plans and applies until nothing more is to be decided; true if anything was. */
static bool decide(struct companion *companion, int64_t now_ms)
{
    const struct change_actors actors = {companion->cluster, &companion->errands,
                                         &companion->starts, &companion->records,
                                         &companion->evictions};
    auto_plan struct plan plan = {0};

    plan_make(companion->cluster, clock_wall_us(), &plan);
    array_for_each(change, &plan) {
        change_apply(&actors, change);
    }
    metrics_add(&passes_metric, (double)plan.count, NULL);
    cluster_refresh(companion->cluster, now_ms, clock_wall_us());
    return plan.count > 0;
}

/* Writes the records of those that are due; who must be asked again stays due. */
static void update_records(struct companion *companion, int64_t now_ms)
{
    struct workload_list *due = &companion->cluster->due;
    size_t kept = 0;

    for (size_t i = 0; i < due->count; i++) {
        struct workload *workload = due->items[i];
        bool is_settled = evictions_update(&companion->evictions, workload, now_ms);
        if (records_update(&companion->records, workload, now_ms) && is_settled) {
            workload->is_due = false;
        } else {
            due->items[kept++] = workload;
        }
    }
    due->count = kept;
}

static void forget_due(struct cluster *cluster)
{
    array_for_each(workload, &cluster->due) {
        (*workload)->is_due = false;
    }
    cluster->due.count = 0;
}

static void update_heads(struct companion *companion)
{
    struct waiting_line *line = companion->cluster->lines;

    for (; line != NULL; line = line->hh.next) {
        if (line->workloads.count > 0) {
            records_update_head(&companion->records, line->workloads.items[0]);
        }
    }
}

static void tell_endings(struct cluster *cluster)
{
    array_for_each(ending, &cluster->endings) {
        log_info("ended", LOG_TEXT("kind", ending->kind != NULL ? ending->kind->name : NULL),
                 LOG_TEXT("namespace", ending->namespace_name), LOG_TEXT("name", ending->name),
                 LOG_TEXT("uid", ending->uid), LOG_TEXT("verdict", "ended"),
                 LOG_TEXT("clusterQueue", ending->cluster_queue),
                 LOG_NUMBER("ranMicros", ending->ran_us));
    }
}

static void lead(struct companion *companion, int64_t now_ms)
{
    for (int pass = 0; pass < PASSES_MAX && decide(companion, now_ms); pass++) {
    }
    starts_propose(&companion->starts);
    starts_send_due(&companion->starts, now_ms);
    update_records(companion, now_ms);
    if (companion->is_status_due && companion->next_status_ms <= now_ms) {
        companion->is_status_due = false;
        companion->next_status_ms = now_ms + STATUS_INTERVAL_MS;
        queue_status_update(&companion->queue_status, now_ms);
    }
}

static void tick(struct companion *companion, int64_t now_ms)
{
    if (now_ms < companion->next_tick_ms) {
        return;
    }
    companion->next_tick_ms = now_ms + TICK_MS;
    companion->is_status_due = true;
    cluster_tick(companion->cluster, now_ms);
    evictions_tick(&companion->evictions, clock_wall_us());
    tree_plan_wake(companion->cluster);
    if (companion->leadership == LEADING && companion->next_heads_ms <= now_ms) {
        companion->next_heads_ms = now_ms + HEADS_INTERVAL_MS;
        update_heads(companion);
    }
}

static void publish(struct companion *companion, int64_t now_ms)
{
    struct cluster *cluster = companion->cluster;

    if (!atomic_load(&companion->is_synced) && cache_is_complete(&cluster->cache, 0)) {
        atomic_store(&companion->is_synced, true);
        cluster->is_changed = true;
        log_info("synced with the API server", LOG_BOOL("synced", true));
    }
    if (cluster->is_changed && atomic_load(&companion->is_synced) &&
        companion->next_publish_ms <= now_ms) {
        companion->next_publish_ms = now_ms + PUBLISH_INTERVAL_MS;
        cluster->is_changed = false;
        companion->is_status_due = true;
        publisher_publish(&companion->publisher, cluster);
    }
}

static int pause_ms(const struct companion *companion)
{
    bool is_busy = companion->cluster->due.count > 0 || companion->cluster->grants.grants != NULL ||
                   companion->is_status_due;

    if (companion->cluster->is_changed && atomic_load(&companion->is_synced)) {
        return PUBLISH_INTERVAL_MS;
    }
    return companion->leadership == LEADING && is_busy ? BUSY_MS : TICK_MS;
}

static void *run(void *argument)
{
    struct companion *companion = argument;

    while (!companion->is_over) {
        struct message_list messages = {0};
        mailbox_take_all(&companion->mailbox, pause_ms(companion), &messages);
        int64_t now_ms = clock_monotonic_ms();
        array_for_each(message, &messages) {
            take_message(companion, message, now_ms);
            message_release(message);
        }
        array_release(&messages);
        tick(companion, now_ms);
        cluster_refresh(companion->cluster, now_ms, clock_wall_us());
        if (companion->leadership == LEADING) {
            lead(companion, now_ms);
            tell_endings(companion->cluster);
        } else {
            forget_due(companion->cluster);
        }
        ending_list_release(&companion->cluster->endings);
        publish(companion, now_ms);
    }
    return NULL;
}

static struct lease_keeper *create_keeper(struct companion *companion,
                                          const struct companion_options *options)
{
    const struct lease_keeper_options lease = {
        .config = options->kube,
        .namespace_name = options->namespace_name,
        .name = "gpuaas",
        .identity = options->identity,
        .duration_seconds = options->configuration->lease_duration_seconds,
        .context = companion,
        .acquired = on_acquired,
        .stored = on_stored,
        .lost = on_lost,
    };

    return lease_keeper_create(&lease);
}

struct companion *companion_create(const struct companion_options *options)
{
    struct companion *companion = memory_allocate(sizeof *companion);
    const struct kube_writer_options writer = {.done = on_written, .context = companion};

    mailbox_init(&companion->mailbox);
    companion->cluster = cluster_create(options->configuration);
    companion->writer = kube_writer_create(options->kube, &writer);
    companion->errands.writer = companion->writer;
    companion->publisher = (struct publisher){.slot = options->slot, .username = options->username};
    companion->records = (struct records){companion->cluster, &companion->errands};
    companion->evictions =
        (struct evictions){companion->cluster, &companion->errands, &companion->records};
    companion->queue_status =
        (struct queue_status){.cluster = companion->cluster, .errands = &companion->errands};
    companion->starts =
        (struct starts){.cluster = companion->cluster, .errands = &companion->errands};
    feed_start(&companion->feed, options->kube, companion->cluster->configuration,
               &companion->mailbox);
    companion->keeper = create_keeper(companion, options);
    companion->starts.keeper = companion->keeper;
    if (pthread_create(&companion->thread, NULL, run, companion) != 0) {
        abort();
    }
    return companion;
}

bool companion_is_synced(const struct companion *companion)
{
    return atomic_load(&companion->is_synced);
}

void companion_destroy(struct companion *companion)
{
    if (companion == NULL) {
        return;
    }
    mailbox_put(&companion->mailbox, (struct message){.kind = MESSAGE_STOP});
    pthread_join(companion->thread, NULL);
    mailbox_close(&companion->mailbox);
    feed_stop(&companion->feed);
    kube_writer_destroy(companion->writer);
    lease_keeper_destroy(companion->keeper);
    errands_forget_all(&companion->errands);
    queue_status_release(&companion->queue_status);
    cluster_destroy(companion->cluster);
    mailbox_release(&companion->mailbox);
    free(companion);
}
