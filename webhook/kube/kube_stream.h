/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/kube/json_lines.h"
#include "webhook/kube/kube_audience.h"
#include "webhook/kube/kube_transfer.h"
#include "webhook/kube/kube_trouble.h"
#include "webhook/kube/kube_watch.h"

/* What all streams of one watch share. Owned by the reader's thread. */
struct kube_stream_set {
    const struct kube_config *config;
    const struct kube_watch_handler *handler;
    CURLM *multi;
    struct kube_token token;
    struct kube_trouble_log trouble_log;
};

enum kube_stream_state { KUBE_STREAM_WAITING, KUBE_STREAM_LISTING, KUBE_STREAM_WATCHING };

/* Why a watch was ended by us, in the midst of its bytes. */
enum kube_stream_fault {
    KUBE_STREAM_SOUND,
    KUBE_STREAM_EXPIRED, /* 410: what we would go on from is forgotten */
    KUBE_STREAM_REFUSED, /* another ERROR event */
    KUBE_STREAM_GARBLED, /* not what a watch says */
};

/*
 * One collection: lists it page by page, then watches it from there, again and again. Owned by the
 * reader's thread.
 */
struct kube_stream {
    struct kube_stream_set *set;
    const struct kube_watch_resource *resource;
    const char *name; /* "pods" */
    struct kube_audience audience;

    struct kube_transfer *transfer;
    struct kube_request request;
    struct json_lines lines;

    enum kube_stream_state state;
    enum kube_stream_fault fault;
    bool must_list;
    bool is_absent;       /* and that was told for `round` */
    bool is_just_listed;  /* and no watch from there has told anything yet */
    uint64_t round;       /* that the newest list answers */
    uint64_t told_round;  /* that listed() was last called with */
    char *continue_token; /* NULL: the first page is next */
    char *version;        /* to watch from; NULL: unknown */
    int64_t next_ms;      /* while waiting: when to go on */
    int64_t started_ms;   /* the list or the watch */
    int64_t heard_ms;     /* when its last byte came */
    bool has_events;      /* the watch has told anything since it was started */
    struct kube_trouble trouble;
};

/* Resource and set must outlive it. */
void kube_stream_init(struct kube_stream *stream, struct kube_stream_set *set,
                      const struct kube_watch_resource *resource, size_t index);
void kube_stream_release(struct kube_stream *stream);

/* Starts what is due, and ends what has gone silent. `round` is the newest that was asked. */
void kube_stream_proceed(struct kube_stream *stream, uint64_t round, int64_t now_ms);

/* Its transfer has ended with `code`. */
void kube_stream_finish(struct kube_stream *stream, CURLcode code, int64_t now_ms);

/* Ends what it does, and makes it list at once. */
void kube_stream_list_anew(struct kube_stream *stream, int64_t now_ms);

/* Sets the metric that says how long nothing was heard. */
void kube_stream_measure(const struct kube_stream *stream, int64_t now_ms);
