/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_watch.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "webhook/kube/kube_stream.h"

enum { POLL_MS = 200 };

struct kube_watch {
    struct kube_watch_handler handler;
    struct kube_stream *streams;
    size_t stream_count;
    int64_t relist_ms;
    CURLM *multi;
    struct kube_token token;
    pthread_t thread;
    atomic_uint_fast64_t asked_round;
    atomic_bool is_stopping;
    uint64_t round; /* of the reader's thread: begun last */
};

/* One collection at a time is repaired, so that the load is spread over the period. */
static void relist_oldest(struct kube_watch *watch, int64_t now_ms)
{
    for (size_t i = 0; i < watch->stream_count; i++) {
        struct kube_stream *stream = &watch->streams[i];
        int64_t offset_ms = watch->relist_ms / (int64_t)watch->stream_count * (int64_t)i / 2;
        if (stream->state == KUBE_STREAM_WATCHING && stream->listed_ms != 0 &&
            now_ms - stream->listed_ms > watch->relist_ms - offset_ms / 4) {
            kube_stream_list_anew(stream, now_ms);
            return;
        }
    }
}

static void proceed(struct kube_watch *watch, int64_t now_ms)
{
    uint64_t asked = atomic_load(&watch->asked_round);

    if (asked != watch->round) {
        watch->round = asked;
        for (size_t i = 0; i < watch->stream_count; i++) {
            kube_stream_list_anew(&watch->streams[i], now_ms);
        }
    }
    relist_oldest(watch, now_ms);
    for (size_t i = 0; i < watch->stream_count; i++) {
        kube_stream_check(&watch->streams[i], now_ms);
        kube_stream_proceed(&watch->streams[i], watch->round, now_ms);
    }
}

static bool finish_done(struct kube_watch *watch, int64_t now_ms)
{
    CURLMsg *message;
    int left;
    bool is_any = false;

    while ((message = curl_multi_info_read(watch->multi, &left)) != NULL) {
        struct kube_stream *stream = NULL;
        if (message->msg == CURLMSG_DONE) {
            CURLcode result = message->data.result;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&stream);
            kube_stream_finish(stream, result, now_ms);
            is_any = true;
        }
    }
    return is_any;
}

static void *run(void *argument)
{
    struct kube_watch *watch = argument;
    int running;

    while (!atomic_load(&watch->is_stopping)) {
        proceed(watch, clock_monotonic_ms());
        curl_multi_perform(watch->multi, &running);
        if (!finish_done(watch, clock_monotonic_ms())) {
            curl_multi_poll(watch->multi, NULL, 0, POLL_MS, NULL);
        }
    }
    return NULL;
}

struct kube_watch *kube_watch_create(const struct kube_config *config,
                                     const struct kube_watch_resource *resources,
                                     size_t resource_count,
                                     const struct kube_watch_handler *handler, int relist_seconds)
{
    struct kube_watch *watch = memory_allocate(sizeof *watch);

    watch->handler = *handler;
    watch->stream_count = resource_count;
    watch->relist_ms = (int64_t)relist_seconds * 1000;
    watch->streams = memory_allocate(resource_count * sizeof *watch->streams);
    watch->multi = curl_multi_init();
    for (size_t i = 0; i < resource_count; i++) {
        kube_stream_init(&watch->streams[i], config, &resources[i], &watch->handler, i,
                         watch->multi, &watch->token);
    }
    if (pthread_create(&watch->thread, NULL, run, watch) != 0) {
        abort();
    }
    return watch;
}

void kube_watch_destroy(struct kube_watch *watch)
{
    if (watch == NULL) {
        return;
    }
    atomic_store(&watch->is_stopping, true);
    curl_multi_wakeup(watch->multi);
    pthread_join(watch->thread, NULL);
    for (size_t i = 0; i < watch->stream_count; i++) {
        kube_stream_release(&watch->streams[i]);
    }
    curl_multi_cleanup(watch->multi);
    kube_token_release(&watch->token);
    free(watch->streams);
    free(watch);
}

void kube_watch_relist(struct kube_watch *watch, uint64_t round)
{
    atomic_store(&watch->asked_round, round);
    curl_multi_wakeup(watch->multi);
}
