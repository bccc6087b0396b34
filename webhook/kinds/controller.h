/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/kinds/object.h"

/* A StatefulSet or ReplicaSet: the link between a Pod and what the user made. */
struct controller {
    char *uid;
    char *namespace_name;
    char *name;
    bool is_statefulset;
    bool is_deleting;
    uint64_t resource_version;
    int64_t created_us;
    int64_t replicas;
    int64_t first_ordinal;
    struct controller_reference controller;
};

must_check bool controller_decode(const json_t *json, bool is_statefulset,
                                  struct controller **out_controller, struct error *error);
void controller_destroy(struct controller *controller);

/* True if the StatefulSet still wants a Pod of this name (`<name>-<ordinal>`). */
bool controller_wants_pod(const struct controller *controller, const char *pod_name);
