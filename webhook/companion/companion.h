/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/configuration.h"
#include "webhook/cluster/snapshot.h"
#include "webhook/kube/kube_config.h"

struct companion_options {
    const struct kube_config *kube; /* must outlive the companion */
    const struct configuration *configuration;
    struct snapshot_slot *slot; /* where snapshots are published; must outlive it */
    const char *namespace_name; /* of the Lease */
    const char *identity;       /* unique for each start of the process */
    const char *username;       /* ours, as the API server knows us */
};

/*
 * Watches the cluster and, while its replica leads, starts what waits (design.md §7). A thread of
 * its own decides; reader, writer and lease keeper serve it by messages.
 */
struct companion;

struct companion *companion_create(const struct companion_options *options);

/* True once everything was listed: snapshots tell the truth. From any thread. */
bool companion_is_synced(const struct companion *companion);

/* Ends the threads and hands the Lease back, grants kept. NULL is accepted. */
void companion_destroy(struct companion *companion);
