/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "webhook/kube/kube_config.h"

struct lease_keeper_options {
    const struct kube_config *config; /* must outlive the keeper */
    const char *namespace_name;
    const char *name;
    const char *identity; /* unique for each start of the process */
    int duration_seconds;
    void *context;
    /* Called on the lease thread. `grants` is what the last holder left, borrowed. */
    void (*acquired)(void *context, int64_t transitions, const char *grants);
    void (*stored)(void *context, uint64_t sequence);
    void (*lost)(void *context);
};

/*
 * Holds the Lease that says who leads and what may be on its way (design.md §5). Its thread is the
 * only writer: every write renews the lease and carries all open grants, one write is in flight at
 * a time, and each is a compare-and-swap on the resourceVersion, so that a deposed leader's fails.
 */
struct lease_keeper;

struct lease_keeper *lease_keeper_create(const struct lease_keeper_options *options);

/* Replaces what the next write carries; the text is taken over. `sequence` must grow. */
void lease_keeper_propose_take(struct lease_keeper *keeper, uint64_t sequence, char *grants);

/* False once another may have become the holder, by our own clock. From any thread. */
bool lease_keeper_is_valid(const struct lease_keeper *keeper);

/* Releases the lease, with its grants kept, and ends the thread. NULL is accepted. */
void lease_keeper_destroy(struct lease_keeper *keeper);
