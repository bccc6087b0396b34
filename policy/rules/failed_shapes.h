/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "policy/rules/cohort_pass.h"

/* The shapes that did not fit earlier in a pass, by the line that they wait in. Embedded in its
 * owner and valid when zeroed. */
struct failed_shapes {
    struct failed_shape *table;
};

void failed_shapes_release(struct failed_shapes *shapes);

/* Remembers, for its shape, the candidate that failed last; it is borrowed. */
void failed_shapes_add(struct failed_shapes *shapes, size_t line,
                       const struct candidate *candidate);

/* The candidate of the same shape, bound to the same flavor, that failed last; NULL: none. */
const struct candidate *failed_shapes_find(const struct failed_shapes *shapes, size_t line,
                                           const struct candidate *candidate);
