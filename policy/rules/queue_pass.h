/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/flavors.h"

/* One workload that waits, as the pass sees it. */
struct queue_candidate {
    const struct pod_set_list *pod_sets;
    const char *only_flavor; /* NULL: any */
    uint64_t shape;          /* pod_set_list_shape */
    /* Results: */
    struct verdict verdict;
    struct admission *admission; /* owned, set if it fits */
    bool is_tried;               /* false: behind the head of a StrictFIFO queue */
};

struct queue_candidate_list ARRAY_OF(struct queue_candidate);

void queue_candidate_list_release(struct queue_candidate_list *list);

/*
 * Decides about all that wait in one ClusterQueue, in their order; what fits is added to *used.
 *
 * StrictFIFO stops at the first that waits. BestEffortFIFO passes it, and tries equal shapes once.
 * What is inadmissible blocks nobody.
 */
void queue_pass_run(const struct flavor_rules *rules, struct usage *used,
                    struct queue_candidate_list *candidates);
