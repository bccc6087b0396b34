/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/simulate/simulated_workload.h"

/* A resource that the workloads of a group ask for, and the cells of the tree that could give it.
 */
struct group_demand {
    struct demand_cells ARRAY_OF(int) cells;
    int64_t amount; /* of one workload; the least, if it may be admitted in part */
};

/* Workloads of one shape in one line: what is true of one of them is true of all. */
struct stage_group {
    uint64_t shape;
    const char *only_flavor;
    struct group_demands ARRAY_OF(struct group_demand) demands;
    bool is_one_pod_set;    /* each starts on one flavor only */
    bool is_hopeless;       /* it would not even fit if nobody else was there */
    struct verdict verdict; /* of a hopeless one */
};

struct workload_numbers ARRAY_OF(size_t);

/* A ClusterQueue with those who wait in it. */
struct stage_line {
    const struct cluster_queue *queue;
    int node; /* in the tree */
    bool is_strict;
    bool has_backfill;
    bool counts_places; /* a start needs nodes that have room */
    struct stage_groups ARRAY_OF(struct stage_group) groups;
    struct workload_numbers pending;   /* in their order */
    struct workload_numbers newcomers; /* of them, those that no pass has seen */
    struct run_times run_times;        /* of those that ended */
    bool is_blocked;                   /* its head waits, and whoever came since stands behind it */
};

/* One tree of quota: who holds what of it, and who waits for it. */
struct stage {
    const struct quota_tree *tree;
    struct quota_usage usage;
    struct holder_list holders;
    struct workload_numbers holder_workloads; /* one for each holder */
    struct stage_lines ARRAY_OF(struct stage_line) lines;
    bool has_freed;    /* somebody let go since the last pass */
    bool is_intricate; /* preemption, fair sharing or caps: whoever waits is tried each time */
};

void stage_init(struct stage *stage, const struct quota_tree *tree,
                const struct configuration *configuration);
void stage_release(struct stage *stage);

/* The number of the line of the ClusterQueue. */
size_t stage_find_line(const struct stage *stage, const char *cluster_queue);

/* The group of the workload in its line; made if it is new, and looked at as if it was alone. */
struct stage_group *stage_get_group(struct stage *stage, const struct flavor_rules *rules,
                                    const struct placement *empty_nodes,
                                    struct simulated_workload *workload);

/* Puts the workload into its line, at its place in the order; says how many are before it. */
size_t stage_add_pending(struct stage *stage, const struct simulated_workload *workloads,
                         size_t number);
void stage_remove_pending(struct stage *stage, const struct simulated_workload *workloads,
                          size_t number);

/* Adds a holder; its number is the last. */
void stage_add_holder_take(struct stage *stage, struct holder *holder, size_t workload);

/* The number of the workload among the holders. */
size_t stage_get_holder(const struct stage *stage, size_t workload);

/* Takes away the holder and what it holds of the quota. */
void stage_remove_holder(struct stage *stage, size_t holder);

/* How things stand for the line, all whole; `nodes` NULL: places do not count. */
void stage_describe(const struct stage *stage, const struct stage_line *line,
                    const struct flavor_rules *rules, const struct placement *nodes,
                    struct flavor_state *out_state);

/* The most workloads of the group that could start in what is free now. */
int64_t stage_count_room(const struct stage *stage, const struct stage_line *line,
                         const struct stage_group *group);

/* How many lines somebody waits in. */
size_t stage_count_waiting_lines(const struct stage *stage);

/* True if somebody waits who might start now. */
bool stage_is_dirty(const struct stage *stage);
