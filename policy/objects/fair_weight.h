/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/field.h"

enum { FAIR_WEIGHT_DEFAULT_MILLI = 1000 };

/* The field `fairSharing.weight` of a spec in thousandths, rounded up; 1000 if it is absent or,
 * which is a mistake, no weight. */
int64_t fair_weight_read(const struct field *spec);
