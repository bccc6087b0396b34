/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/estimate.h"
#include "webhook/cluster/cluster.h"

/* Why a workload waits and until when, for the one event that its user reads. Borrows from the
 * cluster; released by whoever made it. */
struct waiting_report {
    size_t position;          /* in its line, from 1; 0: in none */
    char *holders;            /* who has what it lacks; NULL: nobody, or too many wait before it */
    struct estimate estimate; /* ESTIMATE_NONE likewise */
};

/* Holders and estimate are looked for only near the head of a line: further back they cost much and
 * tell little. Workloads of other namespaces are counted, not named. */
void waiting_report_make(struct cluster *cluster, const struct workload *workload, int64_t now_us,
                         struct waiting_report *out_report);
void waiting_report_release(struct waiting_report *report);

/* "Queued in team at position 2 (WaitingForQuota): …; held by wb-1 (1) and 2 by others; starts in 5
 * to 40 minutes (…)". Owned. */
char *waiting_report_format(const struct waiting_report *report, const struct workload *workload,
                            int64_t now_us);
