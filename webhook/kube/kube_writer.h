/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "webhook/kube/kube_config.h"
#include "webhook/kube/kube_request.h"

/* A higher class always goes first. */
enum kube_urgency {
    KUBE_URGENT,  /* starts and fences */
    KUBE_ROUTINE, /* Workloads, status, events */
    KUBE_URGENCY_COUNT,
};

struct kube_writer_options {
    int in_flight_max[KUBE_URGENCY_COUNT]; /* requests at once; default 16 and 8 */
    size_t waiting_max;                    /* of each class; default 65,536 */
    int timeout_ms;                        /* of one request; default 10,000 */
    /* Called on the writer's thread, once for each request, also when it could not be sent or the
     * writer is destroyed (KUBE_NOT_SENT or, if it was in flight, KUBE_UNKNOWN). May take what the
     * answer owns; the rest is released afterwards. */
    void (*done)(void *context, uint64_t tag, struct kube_answer *answer);
    void *context;
};

/*
 * Sends requests from a thread of its own, several at once over few connections, each once: who
 * pushes decides about retries. Its functions may be called from any thread.
 */
struct kube_writer;

/* Zero options mean the defaults. The configuration must outlive the writer. */
struct kube_writer *kube_writer_create(const struct kube_config *config,
                                       const struct kube_writer_options *options);

/* Waits for what is in flight, at most the request timeout; what waits is not sent. NULL is
 * accepted. */
void kube_writer_destroy(struct kube_writer *writer);

/* Takes the request over. False, and the request is released, if too many wait. */
bool kube_writer_push_take(struct kube_writer *writer, enum kube_urgency urgency, uint64_t tag,
                           struct kube_request *request);

MEMORY_DEFINE_AUTO(kube_writer)
#define auto_kube_writer __attribute__((cleanup(kube_writer_auto_destroy)))
