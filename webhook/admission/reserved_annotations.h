/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Annotations that only we may write: all of gpuaas.dev but keep-until. `json` is a whole object.
 */

/* More of them than this on one object are an attack on the size of our answer. */
enum { RESERVED_ANNOTATIONS_MAX = 32 };

bool reserved_annotations_have(const char *key);
size_t reserved_annotations_count(const json_t *json);

/* The first of them that was added, changed or removed, apart from the tolerated ones (NULL ends
 * the list); NULL if there is none. Borrowed. `before` may be NULL. */
const char *reserved_annotations_find_change(const json_t *before, const json_t *after,
                                             const char *const *tolerated);
