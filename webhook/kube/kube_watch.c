/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_watch.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "webhook/kube/kube_stream.h"

enum { MAX_POLL_MS = 1000 };

struct kube_watch {
    pthread_t thread;
    atomic_uint_fast64_t asked_round;
    atomic_bool is_stopping;

    /* Of the reader's thread: */
    struct kube_watch_handler handler;
    struct kube_stream_set set;
    struct kube_stream *streams;
    int64_t *relist_at_ms; /* of each stream */
    size_t stream_count;
    int64_t relist_ms; /* 0: never */
    uint64_t round;
    int64_t measured_ms;
};

/* The streams take turns on a fixed grid, so that the load is spread over the period. */
static void schedule_relists(struct kube_watch *watch, int64_t now_ms)
{
    for (size_t i = 0; i < watch->stream_count; i++) {
        watch->relist_at_ms[i] =
            now_ms + watch->relist_ms * (int64_t)(i + 1) / (int64_t)watch->stream_count;
    }
}

static bool is_any_listing(const struct kube_watch *watch)
{
    for (size_t i = 0; i < watch->stream_count; i++) {
        if (watch->streams[i].state == KUBE_STREAM_LISTING) {
            return true;
        }
    }
    return false;
}

static void relist_one(struct kube_watch *watch, int64_t now_ms)
{
    for (size_t i = 0; i < watch->stream_count && watch->relist_ms > 0; i++) {
        if (now_ms >= watch->relist_at_ms[i] && watch->streams[i].state == KUBE_STREAM_WATCHING &&
            !is_any_listing(watch)) {
            watch->relist_at_ms[i] += watch->relist_ms;
            kube_stream_list_anew(&watch->streams[i], now_ms);
            return;
        }
    }
}

static void relist_as_asked(struct kube_watch *watch, int64_t now_ms)
{
    uint64_t asked = atomic_load(&watch->asked_round);

    if (asked != watch->round) {
        watch->round = asked;
        for (size_t i = 0; i < watch->stream_count; i++) {
            kube_stream_list_anew(&watch->streams[i], now_ms);
        }
    }
}

static void proceed(struct kube_watch *watch, int64_t now_ms)
{
    bool is_measuring = now_ms - watch->measured_ms >= MAX_POLL_MS;

    relist_as_asked(watch, now_ms);
    relist_one(watch, now_ms);
    for (size_t i = 0; i < watch->stream_count; i++) {
        kube_stream_proceed(&watch->streams[i], watch->round, now_ms);
        if (is_measuring) {
            kube_stream_measure(&watch->streams[i], now_ms);
        }
    }
    watch->measured_ms = is_measuring ? now_ms : watch->measured_ms;
}

static void finish_ended(struct kube_watch *watch)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(watch->set.multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            CURLcode code = message->data.result; /* the message goes with the handle */
            kube_stream_finish(kube_transfer_of(message->easy_handle)->context, code,
                               clock_monotonic_ms());
        }
    }
}

static int poll_ms(const struct kube_watch *watch)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t wait_ms = MAX_POLL_MS;

    for (size_t i = 0; i < watch->stream_count; i++) {
        const struct kube_stream *stream = &watch->streams[i];
        if (stream->state == KUBE_STREAM_WAITING && stream->next_ms - now_ms < wait_ms) {
            wait_ms = stream->next_ms - now_ms;
        }
    }
    return wait_ms > 0 ? (int)wait_ms : 0;
}

static void *run(void *argument)
{
    struct kube_watch *watch = argument;
    int running;

    while (!atomic_load(&watch->is_stopping)) {
        proceed(watch, clock_monotonic_ms());
        curl_multi_perform(watch->set.multi, &running);
        finish_ended(watch);
        curl_multi_poll(watch->set.multi, NULL, 0, poll_ms(watch), NULL);
    }
    return NULL;
}

/* Signals are for the main thread; SIGPIPE, which OpenSSL causes, is for nobody. */
static void start_thread(struct kube_watch *watch)
{
    sigset_t all;
    sigset_t before;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    if (pthread_create(&watch->thread, NULL, run, watch) != 0) {
        abort();
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct kube_watch *kube_watch_create(const struct kube_config *config,
                                     const struct kube_watch_resource *resources,
                                     size_t resource_count,
                                     const struct kube_watch_handler *handler, int relist_seconds)
{
    struct kube_watch *watch = memory_allocate(sizeof *watch);

    watch->handler = *handler;
    watch->set = (struct kube_stream_set){
        .config = config, .handler = &watch->handler, .multi = kube_transfer_create_multi()};
    kube_token_init(&watch->set.token, config);
    watch->stream_count = resource_count;
    watch->streams = memory_allocate(resource_count * sizeof *watch->streams);
    watch->relist_at_ms = memory_allocate(resource_count * sizeof *watch->relist_at_ms);
    watch->relist_ms = (int64_t)relist_seconds * 1000;
    for (size_t i = 0; i < resource_count; i++) {
        kube_stream_init(&watch->streams[i], &watch->set, &resources[i], i);
    }
    schedule_relists(watch, clock_monotonic_ms());
    start_thread(watch);
    return watch;
}

void kube_watch_destroy(struct kube_watch *watch)
{
    if (watch == NULL) {
        return;
    }
    atomic_store(&watch->is_stopping, true);
    curl_multi_wakeup(watch->set.multi);
    pthread_join(watch->thread, NULL);
    for (size_t i = 0; i < watch->stream_count; i++) {
        kube_stream_release(&watch->streams[i]);
    }
    curl_multi_cleanup(watch->set.multi);
    kube_token_release(&watch->set.token);
    free(watch->streams);
    free(watch->relist_at_ms);
    free(watch);
}

void kube_watch_relist(struct kube_watch *watch, uint64_t round)
{
    atomic_store(&watch->asked_round, round);
    curl_multi_wakeup(watch->set.multi);
}
