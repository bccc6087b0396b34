/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* A workload's place among those that wait in a ClusterQueue. */
struct order_key {
    int64_t priority;   /* higher goes first */
    int64_t arrival_us; /* then earlier */
    const char *uid;    /* then smaller, so that the order is total */
};

/* Negative if `left` goes first, positive if `right` does. */
int order_compare(const struct order_key *left, const struct order_key *right);
