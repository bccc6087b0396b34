/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/configuration.h"
#include "webhook/companion/mailbox.h"
#include "webhook/kube/kube_watch.h"

/* Turns what the API server tells into compact items for the companion, on the reader's thread. */
struct feed {
    const struct configuration *configuration;
    struct mailbox *mailbox;
    struct kube_watch_resource resources[RESOURCE_COUNT];
    struct kube_watch *watch;
};

/* Starts to list and watch. Everything given must outlive it. */
void feed_start(struct feed *feed, const struct kube_config *config,
                const struct configuration *configuration, struct mailbox *mailbox);
void feed_stop(struct feed *feed);

/* Asks for everything anew, by quorum; told by MESSAGE_LISTED with this round. */
void feed_relist(struct feed *feed, uint64_t round);
