/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/metrics.h"
#include "webhook/kube/json_bytes.h"

enum {
    PAGE_ITEMS = 500,
    LIST_TIMEOUT_MS = 60000,
    LIST_SILENT_SECONDS = 20,
    WATCH_SECONDS = 240, /* the server ends a watch after this; at most twice as long */
    MAX_LINE_BYTES = 8 * 1024 * 1024,
    MAX_SILENT_MS = 150000, /* bookmarks come every minute */
    STEADY_MS = 2000,       /* a watch that lives so long is well */
    ABSENT_MS = 30000,
    CAUSE_CONNECTION = 1000, /* of trouble, beside HTTP's */
    CAUSE_OURS = 1001,       /* and a fault */
};

static const struct metric lists_metric = {"gpuaas_watch_lists_total",
                                           "Lists of a collection that were begun.",
                                           METRIC_COUNTER,
                                           {"collection"},
                                           NULL,
                                           0};
static const struct metric events_metric = {"gpuaas_watch_events_total",
                                            "Events of watches, bookmarks included.",
                                            METRIC_COUNTER,
                                            {"collection"},
                                            NULL,
                                            0};
static const struct metric lag_metric = {"gpuaas_watch_lag_seconds",
                                         "How long a collection was not heard of; bookmarks come "
                                         "every minute.",
                                         METRIC_GAUGE,
                                         {"collection"},
                                         NULL,
                                         0};
static const struct metric errors_metric = {"gpuaas_watch_errors_total",
                                            "Lists and watches that failed.",
                                            METRIC_COUNTER,
                                            {"collection"},
                                            NULL,
                                            0};

static void set_version(struct kube_stream *stream, char *version)
{
    free(stream->version);
    stream->version = version;
}

static enum kube_stream_fault read_error_event(struct text_view status)
{
    struct text_view code;

    return json_bytes_find(status, "code", &code) && code.size_bytes == 3 &&
                   memcmp(code.bytes, "410", 3) == 0
               ? KUBE_STREAM_EXPIRED
               : KUBE_STREAM_REFUSED;
}

static enum kube_stream_fault read_event(struct kube_stream *stream, struct text_view line)
{
    enum kube_event_type type;
    struct text_view object;

    if (!kube_event_read(line, &type, &object)) {
        return KUBE_STREAM_GARBLED;
    }
    if (type == KUBE_EVENT_ERROR) {
        return read_error_event(object);
    }
    char *version = kube_object_copy_version(object);
    if (version == NULL) {
        return KUBE_STREAM_GARBLED;
    }
    set_version(stream, version);
    if (type != KUBE_EVENT_BOOKMARK && !kube_audience_tell(&stream->audience, type, object)) {
        return KUBE_STREAM_GARBLED;
    }
    return KUBE_STREAM_SOUND;
}

static bool on_line(void *context, struct text_view line)
{
    struct kube_stream *stream = context;

    metrics_add(&events_metric, 1, METRIC_LABELS(stream->name));
    stream->fault = read_event(stream, line);
    stream->has_events = stream->has_events || stream->fault == KUBE_STREAM_SOUND;
    return stream->fault == KUBE_STREAM_SOUND;
}

static bool on_watch_bytes(void *context, char *bytes, size_t size_bytes)
{
    struct kube_stream *stream = context;

    stream->heard_ms = clock_monotonic_ms();
    if (json_lines_feed(&stream->lines, bytes, size_bytes, on_line, stream)) {
        return true;
    }
    if (stream->fault == KUBE_STREAM_SOUND) { /* a line without end */
        stream->fault = KUBE_STREAM_GARBLED;
    }
    return false;
}

void kube_stream_init(struct kube_stream *stream, struct kube_stream_set *set,
                      const struct kube_watch_resource *resource, size_t index)
{
    const char *slash = strrchr(resource->path, '/');

    *stream = (struct kube_stream){
        .set = set,
        .resource = resource,
        .audience = {set->handler, index, false},
        .name = slash != NULL ? slash + 1 : resource->path,
        .transfer = kube_transfer_create(set->config, KUBE_HTTP_1),
        .lines = {.limit_bytes = MAX_LINE_BYTES},
        .must_list = true,
    };
    stream->transfer->context = stream;
}

static void end_transfer(struct kube_stream *stream)
{
    if (stream->state != KUBE_STREAM_WAITING) {
        curl_multi_remove_handle(stream->set->multi, stream->transfer->easy);
        kube_request_release(&stream->request);
        json_lines_release(&stream->lines);
        stream->state = KUBE_STREAM_WAITING;
    }
}

void kube_stream_release(struct kube_stream *stream)
{
    end_transfer(stream);
    kube_transfer_destroy(stream->transfer);
    free(stream->continue_token);
    free(stream->version);
}

static void start(struct kube_stream *stream, enum kube_stream_state state, char *path,
                  struct kube_patience patience, int64_t now_ms)
{
    stream->request = (struct kube_request){.method = KUBE_GET, .path = path};
    stream->state = state;
    stream->fault = KUBE_STREAM_SOUND;
    stream->has_events = false;
    stream->started_ms = now_ms;
    stream->transfer->sink = state == KUBE_STREAM_WATCHING ? on_watch_bytes : NULL;
    kube_transfer_prepare(stream->transfer, &stream->request, &stream->set->token, patience);
    curl_multi_add_handle(stream->set->multi, stream->transfer->easy);
}

/* Without a resourceVersion: read by quorum. A list opens a connection of its own, so that it is
 * not held up by one that has stalled; the watch after it may go on there. */
static void start_list(struct kube_stream *stream, uint64_t round, int64_t now_ms)
{
    const struct kube_patience patience = {LIST_TIMEOUT_MS, LIST_SILENT_SECONDS};
    auto_text struct text path = {0};
    bool is_first = stream->continue_token == NULL;

    text_append_format(&path, "%s?limit=%d", stream->resource->path, PAGE_ITEMS);
    if (is_first) {
        stream->round = round;
        kube_audience_give_up_list(&stream->audience);
        metrics_add(&lists_metric, 1, METRIC_LABELS(stream->name));
    } else {
        char *token = curl_easy_escape(stream->transfer->easy, stream->continue_token, 0);
        text_append_format(&path, "&continue=%s", token);
        curl_free(token);
    }
    kube_transfer_use_fresh_connection(stream->transfer, is_first);
    start(stream, KUBE_STREAM_LISTING, text_take(&path), patience, now_ms);
}

static void start_watch(struct kube_stream *stream, int64_t now_ms)
{
    unsigned seconds = WATCH_SECONDS + arc4random_uniform(WATCH_SECONDS + 1);
    char *path =
        text_format("%s?watch=true&allowWatchBookmarks=true&resourceVersion=%s&timeoutSeconds=%u",
                    stream->resource->path, stream->version, seconds);

    kube_transfer_use_fresh_connection(stream->transfer, stream->trouble.failures > 0);
    start(stream, KUBE_STREAM_WATCHING, path, (struct kube_patience){0}, now_ms);
}

static void fail(struct kube_stream *stream, int cause, const char *message, int64_t now_ms)
{
    metrics_add(&errors_metric, 1, METRIC_LABELS(stream->name));
    stream->next_ms = now_ms + kube_trouble_add(&stream->trouble, &stream->set->trouble_log,
                                                stream->name, cause, message);
}

/* Equal for what has probably the same reason. A connection that breaks has several codes. */
static int cause_of(const struct kube_answer *answer)
{
    return answer->status != 0 && answer->outcome != KUBE_UNKNOWN ? answer->status
                                                                  : CAUSE_CONNECTION;
}

static void recover(struct kube_stream *stream)
{
    kube_trouble_end(&stream->trouble, &stream->set->trouble_log, stream->name);
}

static bool is_steady(const struct kube_stream *stream, int64_t now_ms)
{
    return kube_transfer_status(stream->transfer) == 200 &&
           (stream->has_events || now_ms - stream->started_ms > STEADY_MS);
}

static void check_watch(struct kube_stream *stream, int64_t now_ms)
{
    int64_t sign_ms = stream->heard_ms > stream->started_ms ? stream->heard_ms : stream->started_ms;

    if (now_ms - sign_ms > MAX_SILENT_MS) {
        end_transfer(stream);
        fail(stream, CAUSE_CONNECTION, "nothing was heard for too long", now_ms);
    } else if (is_steady(stream, now_ms)) {
        stream->is_just_listed = false;
        recover(stream);
    }
}

void kube_stream_proceed(struct kube_stream *stream, uint64_t round, int64_t now_ms)
{
    if (stream->state == KUBE_STREAM_WATCHING) {
        check_watch(stream, now_ms);
    } else if (stream->state == KUBE_STREAM_WAITING && now_ms >= stream->next_ms) {
        if (stream->must_list) {
            start_list(stream, round, now_ms);
        } else {
            start_watch(stream, now_ms);
        }
    }
}

static void end_list(struct kube_stream *stream)
{
    stream->told_round = stream->round;
    kube_audience_end_list(&stream->audience, stream->round);
}

/* An item that cannot be decoded is counted and left out: to fail would be to list forever. */
static bool tell_items(struct kube_stream *stream, struct text_view items)
{
    struct text_view item;

    kube_audience_begin_list(&stream->audience);
    while (json_bytes_next(&items, &item)) {
        if (!kube_audience_tell(&stream->audience, KUBE_EVENT_CHANGED, item)) {
            metrics_add(&errors_metric, 1, METRIC_LABELS(stream->name));
        }
    }
    return items.bytes == NULL;
}

static bool read_page(struct kube_stream *stream, const struct kube_answer *answer)
{
    auto_kube_page struct kube_page page = {0};
    const struct text_view body = {answer->body, answer->body_bytes};

    if (!kube_page_read(body, &page) || !tell_items(stream, page.items)) {
        return false;
    }
    free(stream->continue_token);
    stream->continue_token = take_pointer(&page.continue_token);
    if (stream->continue_token == NULL) {
        set_version(stream, take_pointer(&page.resource_version));
        stream->must_list = false;
        stream->is_absent = false;
        stream->is_just_listed = true;
        end_list(stream);
    }
    return true;
}

/* The collection does not exist: that is an empty list, told once for each round. */
static void read_absence(struct kube_stream *stream, int64_t now_ms)
{
    if (!stream->is_absent || stream->round != stream->told_round) {
        kube_audience_begin_list(&stream->audience);
        end_list(stream);
    }
    stream->is_absent = true;
    stream->next_ms = now_ms + ABSENT_MS;
    recover(stream);
}

static void finish_list(struct kube_stream *stream, const struct kube_answer *answer,
                        int64_t now_ms)
{
    stream->heard_ms = answer->status != 0 ? now_ms : stream->heard_ms;
    stream->next_ms = now_ms;
    if (answer->outcome == KUBE_DONE && read_page(stream, answer)) {
        return;
    }
    free(take_pointer(&stream->continue_token)); /* 410 means that the pages have expired */
    if (answer->outcome == KUBE_NOT_FOUND && stream->resource->is_optional) {
        read_absence(stream, now_ms);
    } else if (answer->outcome == KUBE_DONE) {
        fail(stream, CAUSE_OURS + KUBE_STREAM_GARBLED, "a list is not what it should be", now_ms);
    } else {
        fail(stream, cause_of(answer), answer->message, now_ms);
    }
}

static const char *fault_message(enum kube_stream_fault fault)
{
    static const char *const messages[] = {
        [KUBE_STREAM_SOUND] = "the watch ended as soon as it began",
        [KUBE_STREAM_EXPIRED] = "the version that was just listed has expired",
        [KUBE_STREAM_REFUSED] = "the server ended the watch with an error",
        [KUBE_STREAM_GARBLED] = "the server sent what is not an event",
    };

    return messages[fault];
}

/* True if that belongs to the life of a watch: its time was over, or what it would go on from is
 * forgotten meanwhile. */
static bool is_regular_end(const struct kube_stream *stream, bool was_steady)
{
    switch (stream->fault) {
    case KUBE_STREAM_SOUND:
        return was_steady;
    case KUBE_STREAM_EXPIRED:
        return was_steady || !stream->is_just_listed;
    case KUBE_STREAM_REFUSED:
    case KUBE_STREAM_GARBLED:
        break;
    }
    return false;
}

static void finish_watch(struct kube_stream *stream, CURLcode code,
                         const struct kube_answer *answer, bool was_steady, int64_t now_ms)
{
    if (answer->status == 410) {
        stream->fault = KUBE_STREAM_EXPIRED;
    }
    stream->next_ms = now_ms;
    stream->must_list = stream->fault != KUBE_STREAM_SOUND || answer->status == 404;
    if (stream->fault == KUBE_STREAM_SOUND && (code != CURLE_OK || answer->outcome != KUBE_DONE)) {
        fail(stream, cause_of(answer), answer->message, now_ms);
    } else if (!is_regular_end(stream, was_steady)) {
        fail(stream, CAUSE_OURS + (int)stream->fault, fault_message(stream->fault), now_ms);
    }
}

void kube_stream_finish(struct kube_stream *stream, CURLcode code, int64_t now_ms)
{
    auto_kube_answer struct kube_answer answer = {0};
    enum kube_stream_state state = stream->state;
    bool was_steady = is_steady(stream, now_ms);

    kube_transfer_finish(stream->transfer, code, &answer);
    end_transfer(stream);
    if (state == KUBE_STREAM_LISTING) {
        finish_list(stream, &answer, now_ms);
    } else {
        finish_watch(stream, code, &answer, was_steady, now_ms);
    }
}

void kube_stream_list_anew(struct kube_stream *stream, int64_t now_ms)
{
    end_transfer(stream);
    free(take_pointer(&stream->continue_token));
    stream->must_list = true;
    stream->next_ms = now_ms;
}

void kube_stream_measure(const struct kube_stream *stream, int64_t now_ms)
{
    if (stream->heard_ms != 0) {
        metrics_set(&lag_metric, (double)(now_ms - stream->heard_ms) / 1000,
                    METRIC_LABELS(stream->name));
    }
}
