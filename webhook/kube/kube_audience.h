/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/kube/kube_object.h"
#include "webhook/kube/kube_watch.h"

/* Who is told about one collection. Embedded; owned by the reader's thread. */
struct kube_audience {
    const struct kube_watch_handler *handler;
    size_t resource;
    bool is_list_begun;
};

/* Tells of an object if it is interesting. False if it is and cannot be decoded. */
must_check bool kube_audience_tell(const struct kube_audience *audience, enum kube_event_type type,
                                   struct text_view object);

/* The first call tells that a list begins, until it has ended or was given up. */
void kube_audience_begin_list(struct kube_audience *audience);
void kube_audience_give_up_list(struct kube_audience *audience);
void kube_audience_end_list(struct kube_audience *audience, uint64_t round);
