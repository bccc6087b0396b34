/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/estimate.h"
#include "webhook/cluster/workload.h"

/* Those that wait in one ClusterQueue, in their order. Owned by the companion thread. */
struct waiting_line {
    char *cluster_queue;
    struct workload_list workloads;
    bool is_dirty; /* to be planned */
    /* As long as quota and usage stay the same, the first ones need not be tried again: */
    size_t settled_count;       /* so many were tried, and wait */
    bool is_blocked;            /* StrictFIFO: one of them bars all that are behind */
    struct run_times run_times; /* of those that were admitted and have ended, since we watch */
    UT_hash_handle hh;
};

struct waiting_line *waiting_line_create(const char *cluster_queue);
void waiting_line_destroy(struct waiting_line *line);

/* Inserts by the workload's order key and notes the line in it. */
void waiting_line_insert(struct waiting_line *line, struct workload *workload);
void waiting_line_remove(struct waiting_line *line, struct workload *workload);

/* Quota or usage has changed: everybody is to be tried again. */
void waiting_line_unsettle(struct waiting_line *line);

/* From 1; 0 if it is not in the line. */
size_t waiting_line_position(const struct waiting_line *line, const struct workload *workload);
