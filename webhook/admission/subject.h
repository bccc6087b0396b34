/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/admission/review.h"
#include "webhook/cluster/snapshot.h"
#include "webhook/kinds/kind.h"

#define SUBRESOURCE_RESIZE "resize"

/* What a review is about, in our terms. Borrows the review and the snapshot. */
struct subject {
    const struct review *review;
    const struct snapshot *snapshot;
    const struct kind *kind;
    struct object *object;     /* as it is to be stored */
    struct object *old_object; /* as it is stored; NULL: it is being created */
    bool is_ours;              /* asks for a managed resource, names a queue, or has our gate */
    bool is_us;
    bool is_break_glass;
    const char *owner_uid; /* of its controller, if that created it; NULL: nobody's child */
    char *title;           /* "Pod private-ai/train-0" */
};

/* Reads the subject; returns why none of our rules applies to it (static, one CamelCase word), or
 * NULL: they do, and kind and object are set. To be released in both cases. */
const char *subject_init(struct subject *subject, const struct review *review,
                         const struct snapshot *snapshot);
void subject_release(struct subject *subject);

MEMORY_DEFINE_AUTO_RELEASE(subject)
#define auto_subject __attribute__((cleanup(subject_auto_release)))
