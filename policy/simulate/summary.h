/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/simulate/simulation.h"

/* An exact sum of GPUs times microseconds. */
typedef __int128 gpu_micros;

/* How long workloads waited until their first start: all that started, those that did not wait at
 * all included. Percentile p of n is sorted[min(n - 1, floor(p * n))]. */
struct wait_figures {
    size_t count;
    size_t waited_count; /* longer than not at all */
    double mean_seconds;
    int64_t p50_us;
    int64_t p99_us;
    int64_t max_us;
};

/* What came to one queue. */
struct queue_figures {
    char *name;
    size_t workload_count;
    struct wait_figures waits;
    gpu_micros used;
};

/* The managed resources of one flavor. */
struct flavor_figures {
    const char *name; /* borrowed */
    int64_t capacity; /* by all quota for it */
    gpu_micros used;
};

/* A simulation in figures. Embedded in its owner; borrows names from the simulation. */
struct summary {
    size_t workload_count;  /* all of the trace */
    size_t waiting_count;   /* never started: still waiting when nothing happens any more */
    size_t left_out_count;  /* could never start */
    size_t unmanaged_count; /* ask for nothing that is under quota */
    size_t cut_off_count;   /* ended by their maximum run time */
    size_t backfilled_count;
    size_t preemption_count;
    size_t promise_count;      /* of those that waited, how many were told when they may start */
    size_t promise_kept_count; /* and did */
    struct wait_figures waits;
    int64_t makespan_us; /* when the last one ended, on the clock of the trace */
    int64_t capacity;    /* GPUs under quota, in all */
    gpu_micros used;     /* held, what was done twice included */
    gpu_micros lost;     /* of that, by Jobs and Pods that were preempted: to be done again */
    gpu_micros idle;     /* capacity times makespan, less what was used */
    struct queues_figures ARRAY_OF(struct queue_figures) queues; /* in the order of their arrival */
    struct flavors_figures ARRAY_OF(struct flavor_figures) flavors;
};

void summary_make(const struct simulation *simulation, struct summary *out_summary);
void summary_release(struct summary *summary);

double gpu_micros_to_hours(gpu_micros amount);

/* What the queue of a workload is called in figures: "namespace/name". Owned. */
char *summary_queue_name(const struct simulated_workload *workload);

MEMORY_DEFINE_AUTO_RELEASE(summary)
#define auto_summary __attribute__((cleanup(summary_auto_release)))
