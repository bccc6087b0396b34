/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/cluster_queue.h"

/* Names of resources in the order of a manifest; each at most once. */
void resource_names_release(struct resource_names *names);
bool resource_names_has(const struct resource_names *names, const char *name);

/* Appends a copy, unless it is there already. */
void resource_names_add(struct resource_names *names, const char *name);

/* The names as a YAML list: ["cpu", "nvidia.com/gpu"]. Owned by the caller. */
char *resource_names_format(const struct resource_names *names);

MEMORY_DEFINE_AUTO_RELEASE(resource_names)
#define auto_resource_names __attribute__((cleanup(resource_names_auto_release)))
