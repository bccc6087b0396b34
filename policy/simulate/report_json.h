/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "policy/simulate/summary.h"

/* All that is known of a simulation, for programs: docs/simulate.md names the fields. A new
 * reference. */
json_t *report_json_encode(const struct simulation *simulation, const struct summary *summary);
