/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "policy/objects/resources.h"

/*
 * What one pod of this core/v1 PodSpec asks of a node, as kube-scheduler counts it:
 *
 *     max(containers + sidecars, max over init containers of (it + sidecars before it)) + overhead
 *
 * A limit without a request counts as the request; pod-level resources replace the sum. Errors
 * name the field below `path`: `spec.containers[0].resources.limits[nvidia.com/gpu]: …`.
 */
must_check bool requests_evaluate(const json_t *pod_spec, const char *path,
                                  struct resources *out_requests, struct error *error);
