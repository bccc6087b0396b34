/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* Sums that stay at the end of the range instead of wrapping: an absurd amount fits nowhere. */
static inline int64_t saturating_add(int64_t left, int64_t right)
{
    int64_t sum;

    if (__builtin_add_overflow(left, right, &sum)) {
        return left < 0 ? INT64_MIN : INT64_MAX;
    }
    return sum;
}

static inline int64_t saturating_subtract(int64_t left, int64_t right)
{
    int64_t difference;

    if (__builtin_sub_overflow(left, right, &difference)) {
        return left < 0 ? INT64_MIN : INT64_MAX;
    }
    return difference;
}
