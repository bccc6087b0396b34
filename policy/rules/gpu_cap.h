/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/configuration.h"
#include "policy/rules/pod_set.h"
#include "policy/rules/verdict.h"

/* How many GPUs (managed resources) a user or a LocalQueue may hold in one ClusterQueue. */
struct gpu_cap {
    const char *subject; /* for words: "user alice", "LocalQueue private-ai-queue"; borrowed */
    int64_t limit;
    int64_t held;
};

/* All managed resources that the pod sets ask for in full, whatever fewer pods would do with;
 * saturates. */
int64_t gpu_cap_count(const struct configuration *configuration,
                      const struct pod_set_list *pod_sets);

/* True if the cap (NULL: none) does not let its subject hold so many more; the verdict says so. */
bool gpu_cap_refuses(const struct gpu_cap *cap, int64_t asked, struct verdict *out_verdict);

/* Counts what starts. */
void gpu_cap_charge(struct gpu_cap *cap, int64_t amount);
