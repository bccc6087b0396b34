/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/flavors.h"
#include "policy/rules/gpu_cap.h"

/* One workload that waits, as the pass sees it. */
struct candidate {
    const struct pod_set_list *pod_sets;
    const char *only_flavor; /* NULL: any */
    uint64_t shape;          /* pod_set_list_shape */
    struct order_key order;
    int64_t run_time_us;       /* declared maximum; 0: none declared */
    struct gpu_cap *user_cap;  /* NULL: none */
    struct gpu_cap *queue_cap; /* NULL: none */
    /* Results: */
    struct verdict verdict;
    struct admission *admission;   /* owned, set if it starts */
    struct assigned_places places; /* if it starts, and places count */
    struct victim_list victims;    /* who must go for it; holders of the pass */
    bool is_tried;                 /* false: behind the head of a StrictFIFO queue ("BehindHead"),
                                      or not reached in a pass that was cut short (no reason) */
    bool is_backfilled;            /* it starts before a head that it does not delay */
};

struct candidate_list ARRAY_OF(struct candidate);

/* Those that wait in one ClusterQueue, in their order. */
struct candidate_line {
    const struct cluster_queue *queue; /* borrowed */
    int node;                          /* in the tree */
    struct candidate_list candidates;
    bool is_barred; /* somebody ahead of them, who was tried before, bars them (StrictFIFO) */
};

/* Everything that one pass needs. Rules and lists are borrowed; usage, placement and caps are
 * brought up to date with what starts. */
struct cohort_pass {
    const struct configuration *configuration;
    const struct flavor_list *flavors;
    struct quota_usage *usage;
    struct placement *placement; /* NULL: places do not count */
    struct holder_list *holders;
    struct candidate_lines ARRAY_OF(struct candidate_line) lines;
    int64_t now_us;
    size_t starts_max; /* no more than that many start; the rest is for another pass */
    /* Results: */
    bool is_cut_short;
    bool has_promises; /* somebody waits for room that is kept for him: pass everybody again */
};

void cohort_pass_release(struct cohort_pass *pass);

/*
 * Decides about all that wait in one tree of quota, in one pass. Of the heads of all lines the one
 * that borrows least goes first, then priority, then arrival; with fair sharing, the one whose
 * queue has the smallest share. StrictFIFO stops at the first that waits (backfill lets pass what
 * ends before that one can start for certain); BestEffortFIFO passes it. Equal shapes that did not
 * fit are not tried twice. What is inadmissible, or waits for its own cap, blocks nobody.
 *
 * Who preempts does not start: its room is promised to it, and nobody behind it takes that. Who
 * waits for its queue's own quota to come back from borrowers has it kept from other queues; those
 * of its own queue may pass as ever.
 */
void cohort_pass_run(struct cohort_pass *pass);
