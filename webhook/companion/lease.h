/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

#define LEASE_GRANTS_ANNOTATION "gpuaas.dev/grants"

/* A coordination.k8s.io/v1 Lease. */
struct lease {
    char *namespace_name;
    char *name;
    char *resource_version; /* NULL: not stored yet */
    char *holder;           /* NULL or empty: nobody */
    int duration_seconds;
    int64_t transitions;
    int64_t acquired_us;
    int64_t renewed_us;
    char *grants; /* NULL: none were ever written */
};

must_check bool lease_decode(const json_t *json, struct lease *out_lease, struct error *error);

/* Owned text; with a resourceVersion it is a compare-and-swap. */
char *lease_encode(const struct lease *lease);
void lease_release(struct lease *lease);

MEMORY_DEFINE_AUTO_RELEASE(lease)
#define auto_lease __attribute__((cleanup(lease_auto_release)))
