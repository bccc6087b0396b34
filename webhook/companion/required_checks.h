/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/admission.h"
#include "policy/objects/cluster_queue.h"
#include "policy/objects/configuration.h"

/* The AdmissionChecks of the queue that an admission waits for: those without onFlavors, and those
 * that name a flavor of it. The names are borrowed from the queue, the storage is the caller's. */
void required_checks_find(const struct cluster_queue *queue, const struct admission *admission,
                          struct name_list *out_names);
