/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/snapshot.h"

/* A cluster with a managed namespace "team", an unmanaged one "other", two ClusterQueues, of which
 * one is full, and all that belongs to it. The caller owns the reference. */
const struct snapshot *small_cluster_create(void);

/* The uid of a Notebook that is admitted there, and our own username. */
#define SMALL_CLUSTER_HOLDER "0b9c6a1e-0000-4000-8000-000000000001"
#define SMALL_CLUSTER_USERNAME "system:serviceaccount:gpuaas-system:gpuaas"
#define SMALL_CLUSTER_UNMANAGED "other"
