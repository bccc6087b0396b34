/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "policy/rules/pod_set.h"

/* The least core/v1 PodTemplateSpec that asks for and fits the same as the pod set: what a
 * Workload shows of its pods. */
json_t *pod_template_encode(const struct pod_set *set);
