/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* A second reader of JSON patches (RFC 6902, without `move`, `copy` and `test`): applies all
 * operations to the object, or says why that cannot be done. */
bool patch_apply(const json_t *operations, json_t *object, const char **out_problem);
