/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/local_queue.h"
#include "policy/rules/gpu_cap.h"

/* The caps of users and LocalQueues with what they hold. Embedded in its owner and valid when
 * zeroed. */
struct gpu_caps {
    struct gpu_cap_entry *by_key;
};

void gpu_caps_release(struct gpu_caps *caps);

/* What caps the user (NULL or empty: nobody is known) in the ClusterQueue; NULL: nothing does.
 * Borrowed. */
struct gpu_cap *gpu_caps_find_user(struct gpu_caps *caps, const struct configuration *configuration,
                                   const struct cluster_queue *queue, const char *user);
struct gpu_cap *gpu_caps_find_queue(struct gpu_caps *caps, const struct local_queue *queue);
