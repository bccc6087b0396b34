/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/kube/json_lines.h"
#include "webhook/kube/kube_token.h"
#include "webhook/kube/kube_transfer.h"
#include "webhook/kube/kube_watch.h"

enum kube_stream_state {
    KUBE_STREAM_WAITING, /* until `next_ms`, then it lists or watches */
    KUBE_STREAM_LISTING,
    KUBE_STREAM_WATCHING,
};

/* One collection: lists it, watches it, and starts over when it must. Owned by the reader. */
struct kube_stream {
    const struct kube_config *config;
    const struct kube_watch_resource *resource;
    const struct kube_watch_handler *handler;
    size_t index;
    CURLM *multi;
    struct kube_token *token;

    enum kube_stream_state state;
    struct kube_transfer transfer;
    struct kube_request request;
    struct json_lines lines;
    bool must_list;       /* the next transfer is a list */
    bool must_be_fresh;   /* over a new connection */
    bool is_list_told;    /* list_started() was called for the list in progress */
    uint64_t round;       /* asked for before the list was begun */
    char *continue_token; /* of the list's next page; NULL: none */
    char *resource_version;
    int failures;
    bool is_trouble_told;
    int64_t next_ms; /* monotonic */
    int64_t heard_ms;
    int64_t listed_ms;
};

void kube_stream_init(struct kube_stream *stream, const struct kube_config *config,
                      const struct kube_watch_resource *resource,
                      const struct kube_watch_handler *handler, size_t index, CURLM *multi,
                      struct kube_token *token);
void kube_stream_release(struct kube_stream *stream);

/* Starts what is due. */
void kube_stream_proceed(struct kube_stream *stream, uint64_t round, int64_t now_ms);

/* Its transfer is over. */
void kube_stream_finish(struct kube_stream *stream, CURLcode result, int64_t now_ms);

/* Gives up the transfer that is under way, and lists over a fresh connection. */
void kube_stream_list_anew(struct kube_stream *stream, int64_t now_ms);

/* Gives up a watch that has been silent for too long. */
void kube_stream_check(struct kube_stream *stream, int64_t now_ms);
