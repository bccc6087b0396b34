/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "base/array.h"
#include "base/error.h"

struct usage_item {
    char *flavor;
    char *resource;
    int64_t amount; /* in the unit of struct resource_amount */
};

/* Amounts by flavor and resource, embedded in its owner and valid when zeroed. */
struct usage ARRAY_OF(struct usage_item);

void usage_release(struct usage *usage);
void usage_copy(const struct usage *usage, struct usage *out_copy);
bool usage_equal(const struct usage *left, const struct usage *right);
bool usage_is_zero(const struct usage *usage);

/* Zero if absent. */
int64_t usage_get(const struct usage *usage, const char *flavor, const char *resource);

/* Sums saturate at INT64_MAX, so that an absurd amount fits nowhere instead of wrapping. */
void usage_add(struct usage *usage, const char *flavor, const char *resource, int64_t amount);
void usage_add_all(struct usage *usage, const struct usage *more);

/* Takes away what was added before; never below zero. */
void usage_subtract_all(struct usage *usage, const struct usage *less);

/* The maximum of both, item by item. */
void usage_raise_to(struct usage *usage, const struct usage *floor);

MEMORY_DEFINE_AUTO_RELEASE(usage)
#define auto_usage __attribute__((cleanup(usage_auto_release)))
