/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/admission.h"
#include "policy/rules/flavors_match.h"

/* Names of flavors; borrowed from the queue. */
struct flavor_names ARRAY_OF(const char *);

/*
 * The flavors of the queue on which pods may be that run without our admission: by the labels of
 * their node, or, while that is not known (NULL), by what their spec allows. Quotas do not count:
 * what runs, runs.
 */
void adoption_find_flavors(const struct flavor_rules *rules, const struct pod_set *set,
                           const struct string_map *node_labels, struct flavor_names *out_flavors);

/* The admission that says: all of it is on this flavor. Resources of groups without the flavor are
 * on the first flavor of their group. Owned by the caller; workload and local queue are empty. */
struct admission *adoption_assign(const struct flavor_rules *rules,
                                  const struct pod_set_list *pod_sets, const char *flavor);
