/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "policy/objects/resources.h"

/* A Pod of anybody as far as it takes room on a node. Compact: a cluster has many thousands. */
struct occupant {
    char *uid;
    char *node_name;
    uint64_t resource_version;
    struct resources requests; /* empty if they are absurd: such a Pod runs nowhere */
    bool is_finished;          /* at its end: it takes no room any more */
};

/* False if the Pod is not bound to a node, or has no uid. */
must_check bool occupant_decode(const json_t *pod, struct occupant **out_occupant);
void occupant_destroy(struct occupant *occupant);
