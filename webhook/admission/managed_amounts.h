/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "policy/objects/configuration.h"

/* More of a managed resource in one place than this is a slip or an attack, not a wish. */
enum { MANAGED_AMOUNT_MAX = 1000000 };

/* True if any container, or the pod as a whole, names a managed resource, in whatever amount. */
bool managed_amounts_are_named(const struct configuration *configuration, const json_t *pod_spec);

/* What is wrong with the first absurd amount, with its field's path below `path`; NULL: none is.
 * Owned by the caller. */
char *managed_amounts_find_absurd(const struct configuration *configuration, const json_t *pod_spec,
                                  const char *path);
