/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/cohort_pass.h"
#include "policy/rules/estimate.h"
#include "policy/rules/gpu_caps.h"
#include "policy/simulate/trace.h"

enum simulated_state {
    SIMULATED_COMING, /* it has not arrived yet */
    SIMULATED_WAITING,
    SIMULATED_RUNNING,
    SIMULATED_ENDED,
    SIMULATED_LEFT_OUT,  /* it can never start */
    SIMULATED_UNMANAGED, /* it asks for nothing that is under quota: none of our business */
};

/* More GPUs of one flavor than anybody has: sums of them over time do not overflow. */
#define GPUS_MAX ((int64_t)1000000000)

/* GPUs of one flavor. */
struct run_share {
    const char *flavor; /* borrowed from the policy */
    int64_t gpus;
};

/* A stretch of time in which a workload held what it asked for. */
struct run {
    int64_t start_us;
    int64_t end_us;
    struct run_shares ARRAY_OF(struct run_share) shares;
    int64_t gpus;      /* fewer than asked for if it was admitted in part */
    bool is_preempted; /* it did not come to its end */
    bool is_backfilled;
};

/* One workload of the trace, on its way through the simulation. */
struct simulated_workload {
    const struct trace_entry *entry;
    const struct cluster_queue *cluster_queue; /* NULL: left out before it had one */
    const struct local_queue *local_queue;     /* NULL: none */
    char uid[24];                              /* in the order of the trace */
    struct order_key order;
    size_t stage; /* the tree that its ClusterQueue is in */
    size_t line;  /* of the stage */
    size_t group; /* those of the same shape in the line */
    uint64_t shape;
    int64_t gpus;        /* managed resources, of all pods */
    int64_t run_time_us; /* declared maximum; 0: none */
    struct gpu_cap *user_cap;
    struct gpu_cap *queue_cap;
    enum simulated_state state;
    int64_t remaining_us;    /* what is still to be run */
    bool is_cut_off;         /* it reached its maximum run time before it was done */
    size_t position;         /* how many waited before it when it came */
    struct verdict why;      /* the first reason for which it waited, or was left out */
    struct estimate promise; /* what it was told when it came, if that was asked for */
    struct runs ARRAY_OF(struct run) runs;
};

void simulated_workload_release(struct simulated_workload *workload);

/* Until the first start. */
int64_t simulated_workload_wait_us(const struct simulated_workload *workload);

/* False for what never started. */
bool simulated_workload_has_started(const struct simulated_workload *workload);
