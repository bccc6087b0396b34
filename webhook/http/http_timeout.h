/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* Finds `timeout=` in a query (what follows the question mark) and parses its value as Go formats
 * durations ("10s", "1m30s", "500ms"). False if there is none, or none that can be understood. */
bool http_timeout_find(struct text_view query, int64_t *out_timeout_us);
