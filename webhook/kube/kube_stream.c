/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_stream.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"

enum {
    PAGE_ITEMS = 500,
    LIST_TIMEOUT_MS = 60000,
    WATCH_SECONDS_MIN = 240, /* the server ends a watch after this; spread over twice as long */
    SILENCE_MS = 150000,     /* bookmarks come every minute */
    BACKOFF_MS = 100,
    BACKOFF_MS_MAX = 10000,
    ABSENT_MS = 30000,
};

static const struct metric events_metric = {"gpuaas_watch_events_total",
                                            "Events of watches, by collection.",
                                            METRIC_COUNTER,
                                            {"collection"},
                                            NULL,
                                            0};
static const struct metric lists_metric = {"gpuaas_watch_lists_total",
                                           "Lists that were begun, by collection.",
                                           METRIC_COUNTER,
                                           {"collection"},
                                           NULL,
                                           0};
static const struct metric failures_metric = {"gpuaas_watch_failures_total",
                                              "Lists and watches that failed, by collection.",
                                              METRIC_COUNTER,
                                              {"collection"},
                                              NULL,
                                              0};

static const char *collection(const struct kube_stream *stream)
{
    return strrchr(stream->resource->path, '/') + 1;
}

static void set_version(struct kube_stream *stream, const json_t *metadata)
{
    const char *version = json_string_value(json_object_get(metadata, "resourceVersion"));

    if (version != NULL) {
        free(stream->resource_version);
        stream->resource_version = memory_copy_text(version);
    }
}

static bool handle_error_event(struct kube_stream *stream, const json_t *status)
{
    if (json_integer_value(json_object_get(status, "code")) == 410) {
        stream->must_list = true;
    }
    return false;
}

/* False ends the watch. */
static bool handle_line(void *context, struct text_view line)
{
    struct kube_stream *stream = context;
    const struct kube_watch_handler *handler = stream->handler;
    static const char bookmark[] = "{\"type\":\"BOOKMARK\"";

    metrics_add(&events_metric, 1, METRIC_LABELS(collection(stream)));
    bool is_bookmark = line.size_bytes >= sizeof bookmark - 1 &&
                       memcmp(line.bytes, bookmark, sizeof bookmark - 1) == 0;
    if (!is_bookmark && handler->is_interesting != NULL &&
        !handler->is_interesting(handler->context, stream->index, line) &&
        memmem(line.bytes, line.size_bytes < 32 ? line.size_bytes : 32, "ERROR", 5) == NULL) {
        return true;
    }
    json_auto_t *event = json_loadb(line.bytes, line.size_bytes, 0, NULL);
    const char *type = json_string_value(json_object_get(event, "type"));
    const json_t *object = json_object_get(event, "object");
    if (type == NULL || object == NULL) {
        stream->must_list = true;
        return false;
    }
    if (strcmp(type, "ERROR") == 0) {
        return handle_error_event(stream, object);
    }
    set_version(stream, json_object_get(object, "metadata"));
    if (strcmp(type, "DELETED") == 0) {
        handler->deleted(handler->context, stream->index, object);
    } else if (strcmp(type, "BOOKMARK") != 0) {
        handler->changed(handler->context, stream->index, object);
    }
    return true;
}

static size_t on_watch_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct kube_stream *stream = context;
    long status = 0;

    stream->heard_ms = clock_monotonic_ms();
    curl_easy_getinfo(stream->transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
        text_append_bytes(&stream->transfer.answer, bytes,
                          stream->transfer.answer.size_bytes < 4096 ? size * count : 0);
        return size * count;
    }
    return json_lines_feed(&stream->lines, bytes, size * count, handle_line, stream) ? size * count
                                                                                     : 0;
}

void kube_stream_init(struct kube_stream *stream, const struct kube_config *config,
                      const struct kube_watch_resource *resource,
                      const struct kube_watch_handler *handler, size_t index, CURLM *multi,
                      struct kube_token *token)
{
    *stream = (struct kube_stream){
        .config = config,
        .resource = resource,
        .handler = handler,
        .index = index,
        .multi = multi,
        .token = token,
        .must_list = true,
    };
}

static void end_transfer(struct kube_stream *stream)
{
    if (stream->state != KUBE_STREAM_WAITING) {
        curl_multi_remove_handle(stream->multi, stream->transfer.easy);
        kube_transfer_release(&stream->transfer);
        kube_request_release(&stream->request);
        json_lines_release(&stream->lines);
        stream->state = KUBE_STREAM_WAITING;
    }
}

void kube_stream_release(struct kube_stream *stream)
{
    end_transfer(stream);
    free(stream->continue_token);
    free(stream->resource_version);
}

/* A transfer of its own each time: a relist must not wait for a connection that has stalled. */
static void start(struct kube_stream *stream, char *path, int timeout_ms)
{
    stream->request = (struct kube_request){.method = KUBE_GET, .path = path};
    kube_transfer_init(&stream->transfer, stream->config, CURL_HTTP_VERSION_1_1);
    kube_transfer_prepare(&stream->transfer, stream->config, &stream->request,
                          kube_token_get(stream->token, stream->config), timeout_ms);
    curl_easy_setopt(stream->transfer.easy, CURLOPT_PRIVATE, stream);
    curl_easy_setopt(stream->transfer.easy, CURLOPT_ACCEPT_ENCODING, NULL);
    if (stream->must_be_fresh) {
        curl_easy_setopt(stream->transfer.easy, CURLOPT_FRESH_CONNECT, 1L);
        stream->must_be_fresh = false;
    }
}

static void start_list(struct kube_stream *stream, uint64_t round)
{
    auto_free char *token =
        stream->continue_token != NULL ? curl_easy_escape(NULL, stream->continue_token, 0) : NULL;

    if (stream->continue_token == NULL) {
        stream->round = round;
        stream->is_list_told = false;
        metrics_add(&lists_metric, 1, METRIC_LABELS(collection(stream)));
    }
    start(stream,
          text_format("%s?limit=%d%s%s", stream->resource->path, PAGE_ITEMS,
                      token != NULL ? "&continue=" : "", token != NULL ? token : ""),
          LIST_TIMEOUT_MS);
    stream->state = KUBE_STREAM_LISTING;
    curl_multi_add_handle(stream->multi, stream->transfer.easy);
}

static void start_watch(struct kube_stream *stream)
{
    int seconds = WATCH_SECONDS_MIN + (int)(random() % WATCH_SECONDS_MIN);

    start(stream,
          text_format("%s?watch=true&allowWatchBookmarks=true&resourceVersion=%s&timeoutSeconds=%d",
                      stream->resource->path, stream->resource_version, seconds),
          0);
    curl_easy_setopt(stream->transfer.easy, CURLOPT_WRITEFUNCTION, on_watch_bytes);
    curl_easy_setopt(stream->transfer.easy, CURLOPT_WRITEDATA, stream);
    stream->state = KUBE_STREAM_WATCHING;
    stream->heard_ms = clock_monotonic_ms();
    curl_multi_add_handle(stream->multi, stream->transfer.easy);
}

void kube_stream_proceed(struct kube_stream *stream, uint64_t round, int64_t now_ms)
{
    if (stream->state != KUBE_STREAM_WAITING || stream->next_ms > now_ms) {
        return;
    }
    if (stream->must_list) {
        start_list(stream, round);
    } else {
        start_watch(stream);
    }
}

static void fail(struct kube_stream *stream, const char *message, int64_t now_ms)
{
    int64_t delay_ms = (int64_t)BACKOFF_MS << (stream->failures < 7 ? stream->failures : 7);

    delay_ms = delay_ms < BACKOFF_MS_MAX ? delay_ms : BACKOFF_MS_MAX;
    stream->failures++;
    stream->next_ms = now_ms + delay_ms / 2 + random() % (delay_ms / 2);
    stream->must_be_fresh = true;
    metrics_add(&failures_metric, 1, METRIC_LABELS(collection(stream)));
    if (!stream->is_trouble_told && stream->failures > 1) {
        stream->is_trouble_told = true;
        log_warning("watching fails", LOG_TEXT("collection", collection(stream)),
                    LOG_TEXT("error", message));
    }
}

static void note_success(struct kube_stream *stream)
{
    if (stream->is_trouble_told) {
        log_info("watching works again", LOG_TEXT("collection", collection(stream)));
    }
    stream->is_trouble_told = false;
    stream->failures = 0;
}

static void begin_list_once(struct kube_stream *stream)
{
    if (!stream->is_list_told) {
        stream->is_list_told = true;
        stream->handler->list_started(stream->handler->context, stream->index);
    }
}

static void end_list(struct kube_stream *stream, int64_t now_ms)
{
    stream->must_list = false;
    stream->listed_ms = now_ms;
    note_success(stream);
    stream->handler->listed(stream->handler->context, stream->index, stream->round);
}

static bool read_page(struct kube_stream *stream, const struct kube_answer *answer, int64_t now_ms)
{
    json_auto_t *page = json_loadb(answer->body, answer->body_bytes, 0, NULL);
    const json_t *items = json_object_get(page, "items");
    const json_t *metadata = json_object_get(page, "metadata");
    const char *token = json_string_value(json_object_get(metadata, "continue"));
    size_t index;
    const json_t *item;

    if (page == NULL || metadata == NULL) {
        return false;
    }
    begin_list_once(stream);
    json_array_foreach(items, index, item) {
        stream->handler->changed(stream->handler->context, stream->index, item);
    }
    free(stream->continue_token);
    stream->continue_token = token != NULL && token[0] != '\0' ? memory_copy_text(token) : NULL;
    if (stream->continue_token == NULL) {
        set_version(stream, metadata);
        end_list(stream, now_ms);
    }
    return true;
}

/* The collection does not exist (yet): that is an empty list. */
static void read_absence(struct kube_stream *stream, int64_t now_ms)
{
    begin_list_once(stream);
    end_list(stream, now_ms);
    stream->must_list = true;
    stream->next_ms = now_ms + ABSENT_MS;
}

static void finish_list(struct kube_stream *stream, const struct kube_answer *answer,
                        int64_t now_ms)
{
    if (answer->outcome == KUBE_DONE && read_page(stream, answer, now_ms)) {
        return;
    }
    if (answer->outcome == KUBE_NOT_FOUND && stream->resource->is_optional) {
        read_absence(stream, now_ms);
        return;
    }
    free(take_pointer(&stream->continue_token)); /* 410: the pages have expired */
    fail(stream, answer->message, now_ms);
}

static void finish_watch(struct kube_stream *stream, CURLcode result,
                         const struct kube_answer *answer, int64_t now_ms)
{
    if (result == CURLE_OK && answer->status == 200) {
        note_success(stream); /* the server ended it in its time */
        return;
    }
    if (answer->status == 410 || answer->status == 404) {
        stream->must_list = true;
    }
    fail(stream, answer->message, now_ms);
}

void kube_stream_finish(struct kube_stream *stream, CURLcode result, int64_t now_ms)
{
    auto_kube_answer struct kube_answer answer = {0};
    enum kube_stream_state state = stream->state;

    kube_transfer_conclude(&stream->transfer, result, &answer);
    end_transfer(stream);
    if (state == KUBE_STREAM_LISTING) {
        finish_list(stream, &answer, now_ms);
    } else {
        finish_watch(stream, result, &answer, now_ms);
    }
}

void kube_stream_list_anew(struct kube_stream *stream, int64_t now_ms)
{
    end_transfer(stream);
    free(take_pointer(&stream->continue_token));
    stream->must_list = true;
    stream->must_be_fresh = true;
    stream->next_ms = now_ms;
}

void kube_stream_check(struct kube_stream *stream, int64_t now_ms)
{
    if (stream->state == KUBE_STREAM_WATCHING && now_ms - stream->heard_ms > SILENCE_MS) {
        end_transfer(stream);
        fail(stream, "nothing was heard for too long", now_ms);
    }
}
