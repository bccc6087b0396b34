/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "base/text.h"

/* Decodes an object without its `metadata.managedFields`, which nobody reads and which are a third
 * of it. NULL if the bytes are not a JSON object. */
must_check json_t *kube_object_decode(struct text_view bytes);

/* An owned copy of `metadata.resourceVersion`; NULL if there is none. */
must_check char *kube_object_copy_version(struct text_view bytes);

enum kube_event_type {
    KUBE_EVENT_CHANGED,
    KUBE_EVENT_DELETED,
    KUBE_EVENT_BOOKMARK,
    KUBE_EVENT_ERROR,
};

/* Reads one line of a watch. *out_object borrows from it. False if it is not an event. */
must_check bool kube_event_read(struct text_view line, enum kube_event_type *out_type,
                                struct text_view *out_object);

/* One page of a list. */
struct kube_page {
    char *resource_version;
    char *continue_token;   /* NULL: that was the last one */
    struct text_view items; /* an array, borrowed; no bytes: none */
};

must_check bool kube_page_read(struct text_view body, struct kube_page *out_page);
void kube_page_release(struct kube_page *page);

MEMORY_DEFINE_AUTO_RELEASE(kube_page)
#define auto_kube_page __attribute__((cleanup(kube_page_auto_release)))
