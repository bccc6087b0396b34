/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/simulate/policy_set.h"
#include "policy/simulate/simulated_workload.h"

/*
 * Finds the queue and the priority of a workload. Its LocalQueue is looked for by name and, if the
 * workload says one, by namespace; a ClusterQueue's name will do too; who names none gets the
 * default of its namespace. A policy with one ClusterQueue takes all. False, and told, if there is
 * no such queue or class, or more than one.
 */
bool router_assign(const struct policy_set *policy, struct simulated_workload *workload,
                   struct mistakes *mistakes);
