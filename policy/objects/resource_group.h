/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/flavor_quota.h"

/* Reads `resourceGroups` of the spec of a ClusterQueue or Cohort by Kueue's rules, with the way to
 * mend what is wrong. */
void resource_group_list_read(const struct field *spec, enum limit_rules rules,
                              struct resource_group_list *out_groups);
void resource_group_list_release(struct resource_group_list *groups);
