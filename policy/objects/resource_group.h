/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/cluster_queue.h"
#include "policy/objects/field.h"

/* Reads `resourceGroups` of a ClusterQueue's spec by Kueue's rules, with the way to mend what is
 * wrong. Limits of borrowing and lending make sense only with a cohort. */
void resource_group_list_read(const struct field *spec, bool has_cohort,
                              struct resource_group_list *out_groups);
void resource_group_list_release(struct resource_group_list *groups);
