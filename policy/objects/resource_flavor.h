/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/reference.h"
#include "policy/objects/pod_spec.h"

/* kueue.x-k8s.io ResourceFlavor. Immutable once decoded. */
struct resource_flavor {
    struct reference references;
    char *name;
    struct string_map node_labels;
    struct taint_list node_taints;
    struct toleration_list tolerations;
};

/* Decodes the whole object. Mistakes go to `findings`; false if there was any mistake. */
bool resource_flavor_decode(const json_t *object, struct findings *findings,
                            struct resource_flavor **out_flavor);
void resource_flavor_destroy(struct resource_flavor *flavor);
REFERENCE_DEFINE(resource_flavor)
