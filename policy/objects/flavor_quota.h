/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/field.h"
#include "policy/objects/resource_names.h"

/* By which rules limits of borrowing and lending are read. */
enum limit_rules {
    LIMITS_WITHOUT_COHORT, /* of a ClusterQueue outside any cohort: no limits */
    LIMITS_IN_COHORT,      /* of a ClusterQueue: it cannot lend more than it has */
    LIMITS_OF_ROOT,        /* of a Cohort without parent: no limits */
    LIMITS_BELOW_PARENT,   /* of a Cohort: what it lends may come from below */
};

/* The name of a resource, borrowed; NULL after a mistake. */
const char *flavor_quota_read_resource(const struct field *field);

/* Reads one item of a group's `flavors`, whose resources are those that the group covers, in the
 * same order. The flavor is "" after a mistake in its name. */
void flavor_quota_read(const struct field *flavor_field, enum limit_rules rules,
                       const struct resource_names *covered, struct flavor_quota *out_quota);
void flavor_quota_release(struct flavor_quota *quota);
