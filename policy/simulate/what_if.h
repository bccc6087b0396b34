/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/simulate/policy_set.h"
#include "policy/simulate/trace.h"

/*
 * Questions that begin with "what if": they change what was read before the simulation begins, and
 * nobody else may have it yet. Errors name the word that was wrong.
 */

/* "FLAVOR/RESOURCE=AMOUNT", or with "QUEUE/" before it (the name of a ClusterQueue or Cohort) where
 * more than one has quota for the flavor: another nominalQuota. */
must_check bool what_if_set_quota(struct policy_set *policy, const char *change,
                                  struct error *error);

/* "StrictFIFO" or "BestEffortFIFO", for all queues. */
must_check bool what_if_set_strategy(struct policy_set *policy, const char *strategy,
                                     struct error *error);

/* Lets every StrictFIFO queue backfill. */
void what_if_backfill(struct policy_set *policy);

/* "QUEUE/RESOURCE=AMOUNT", or with "NAMESPACE/" before it: each pod for the queue, as the trace
 * calls it, asks for another amount of a resource that it asks for. */
must_check bool what_if_set_request(struct trace *trace, const char *change, struct error *error);

/* "name=what-if,queue=team-a,nvidia.com/gpu=4,arrival=0,duration=2h": one more workload, with the
 * fields of the trace format, and its resources by their names. */
must_check bool what_if_add(struct trace *trace, const char *fields, struct error *error);
