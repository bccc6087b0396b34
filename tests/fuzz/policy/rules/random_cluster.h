/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/flavors.h"
#include "tests/fuzz/policy/rules/byte_source.h"

enum {
    FLAVORS_MAX = 3,
    COHORTS_MAX = 3,
    QUEUES_MAX = 4,
    NODES_MAX = 4,
    RESOURCES_MAX = 2,
};

#define RESOURCE_GPU "nvidia.com/gpu"
#define RESOURCE_CPU "cpu"
#define RANDOM_LABEL "pool"      /* of flavors and nodes; its value is the name of a flavor */
#define RANDOM_TAINT "dedicated" /* of some of them */

/* Flavors, Cohorts, ClusterQueues and nodes as the bytes say, such as the decoders let pass. Nobody
 * holds or waits for anything. Embedded in its owner. */
struct random_cluster {
    struct configuration *configuration;
    struct flavor_list flavors;
    struct cohort_list cohorts;
    struct cluster_queue_list queues;
    struct quota_forest *forest;
    struct placement placement;
};

void random_cluster_init(struct random_cluster *cluster, struct byte_source *source);
void random_cluster_release(struct random_cluster *cluster);

/* The names that it is made of. */
extern const char *const random_flavors[FLAVORS_MAX];
extern const char *const random_resources[RESOURCES_MAX];
