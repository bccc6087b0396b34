/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/hash.h"
#include "webhook/kube/kube_writer.h"

/* Why a request was sent, which tells who handles its answer. */
enum errand_kind {
    ERRAND_START,  /* the patch of a grant */
    ERRAND_FENCE,  /* ends a grant unapplied */
    ERRAND_STOP,   /* takes back what an evicted workload was started with */
    ERRAND_FETCH,  /* the owner of a Pod, not seen yet */
    ERRAND_ADOPT,  /* writes the admission of what runs without us */
    ERRAND_RECORD, /* creates, updates or deletes a Workload */
    ERRAND_EVENT,
    ERRAND_STATUS, /* of a queue */
    ERRAND_KIND_COUNT,
};

struct errand {
    uint64_t tag;
    enum errand_kind kind;
    char *subject;   /* uid, or key, of what it is about */
    int64_t sent_us; /* monotonic */
    UT_hash_handle hh;
};

/* The requests that are on their way. Owned by the companion thread. */
struct errands {
    struct kube_writer *writer;
    struct errand *open;
    uint64_t last_tag;
};

/* Sends the request, which is taken over; false if too many wait already. */
bool errands_send_take(struct errands *errands, enum errand_kind kind, const char *subject,
                       struct kube_request *request);

/* The errand of an answer, to be destroyed by the caller; NULL: forgotten meanwhile. */
struct errand *errands_take(struct errands *errands, uint64_t tag);
void errand_destroy(struct errand *errand);

/* Counts the answer in the metrics. */
void errands_count(const struct errand *errand, enum kube_outcome outcome);

/* Their answers do not matter any more. */
void errands_forget_all(struct errands *errands);
