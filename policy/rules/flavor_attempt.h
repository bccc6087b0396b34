/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/flavors.h"

/* Fewer pods of one pod set than it asks for; `set` NULL: all pods of all. */
struct flavor_reduction {
    const struct pod_set *set;
    int64_t count;
};

/* Looks for flavors for all pod sets, with so many pods and no fewer. */
void flavor_attempt_run(const struct flavor_state *state, const struct flavor_request *request,
                        const struct flavor_reduction *reduction,
                        struct assignment *out_assignment);
