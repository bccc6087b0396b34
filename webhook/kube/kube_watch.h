/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "base/text.h"
#include "webhook/kube/kube_config.h"

/* One collection to keep up with. */
struct kube_watch_resource {
    const char *path; /* "/api/v1/pods" */
    bool is_optional; /* a 404 (its CRD is absent) counts as an empty list; looked at again */
};

/*
 * Called on the reader's thread. Between list_started() and listed() every object that exists is
 * told by changed(): what was not told is gone. No event older than a list is told after it: the
 * old watch is closed before the list is asked for.
 */
struct kube_watch_handler {
    void *context;
    void (*list_started)(void *context, size_t resource);
    void (*changed)(void *context, size_t resource, const json_t *object);
    void (*deleted)(void *context, size_t resource, const json_t *object);
    /* `round` is the newest kube_watch_relist() that was asked before this list was begun. */
    void (*listed)(void *context, size_t resource, uint64_t round);
    /* Whether an object is worth parsing, by the bytes of its JSON; NULL: all are. An object that
     * was told before must be told again, so this may only look for what never changes, or be
     * generous. */
    bool (*is_interesting)(void *context, size_t resource, struct text_view json);
};

/* Lists by quorum and watches, from one thread of its own that also parses. */
struct kube_watch;

/* Starts. Configuration, resources and handler must outlive it. `relist_seconds`: a list by quorum
 * repairs what a watch may have lost; spread over the period, one resource at a time. */
struct kube_watch *kube_watch_create(const struct kube_config *config,
                                     const struct kube_watch_resource *resources,
                                     size_t resource_count,
                                     const struct kube_watch_handler *handler, int relist_seconds);
void kube_watch_destroy(struct kube_watch *watch);

/* Everything is listed anew, by quorum and over fresh connections, although watches may seem well.
 * From any thread; never blocks. */
void kube_watch_relist(struct kube_watch *watch, uint64_t round);

MEMORY_DEFINE_AUTO(kube_watch)
#define auto_kube_watch __attribute__((cleanup(kube_watch_auto_destroy)))
