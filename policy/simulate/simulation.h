/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/simulate/agenda.h"
#include "policy/simulate/stage.h"

struct simulation_options {
    int64_t grace_us;     /* from the preemption of a workload until its pods are gone */
    int run_time_percent; /* of its duration, and no less than it, declares who declares nothing;
                             0: nothing */
    bool makes_promises;  /* tells each who waits when it may start; slow where many wait */
    bool tries_all;       /* in each pass: slow, and what everything else is measured by */
};

/*
 * The rules on a virtual clock. What of one instant happens first: who ends lets go, then who
 * arrives queues, then the rules decide. A preempted Job or Pod starts from the beginning when its
 * turn comes again, a Notebook goes on with the rest. Admission checks are taken to be ready, and
 * pods to be so at once.
 *
 * Embedded in its owner. Borrows policy, trace and nodes.
 */
struct simulation {
    const struct policy_set *policy;
    struct simulation_options options;
    struct flavor_rules rules;                                                /* without a queue */
    struct simulated_workloads ARRAY_OF(struct simulated_workload) workloads; /* by arrival */
    struct quota_forest *forest;
    struct stages ARRAY_OF(struct stage) stages;
    struct gpu_caps caps;
    const struct placement *empty_nodes; /* NULL: places do not count */
    struct placement nodes;              /* with what runs on them */
    struct agenda agenda;
    int64_t origin_us; /* what the zero of the clock is; 0: no date */
    size_t next_arrival;
    int64_t now_us;
    size_t pass_count;
    size_t tried_count; /* candidates of all passes */
    size_t preemption_count;
    const char *gave_up; /* why it ended before all was done; NULL: it did not */
};

/* False if a workload is for a queue, or of a priority class, that the policy does not have. */
must_check bool simulation_init(struct simulation *simulation, const struct policy_set *policy,
                                const struct trace *trace, const struct placement *nodes,
                                const struct simulation_options *options,
                                struct mistakes *mistakes);
void simulation_run(struct simulation *simulation);
void simulation_release(struct simulation *simulation);

/* The nodes as the rules are to see them; NULL: places do not count. */
struct placement *simulation_get_nodes(struct simulation *simulation);

MEMORY_DEFINE_AUTO_RELEASE(simulation)
#define auto_simulation __attribute__((cleanup(simulation_auto_release)))
