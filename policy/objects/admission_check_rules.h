/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/cluster_queue.h"
#include "policy/objects/field.h"

/* Reads `admissionChecks` or `admissionChecksStrategy` of a ClusterQueue's spec. A check of some
 * flavors only must name flavors of the groups, which have been read. */
void admission_check_rules_read(const struct field *spec, const struct resource_group_list *groups,
                                struct admission_check_rule_list *out_rules);
void admission_check_rules_release(struct admission_check_rule_list *rules);
