/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

/* How much of one resource: thousandths of a core for cpu, whole units for everything else. */
struct resource_amount {
    char *name;
    int64_t amount;
};

/* Amounts sorted by resource name, embedded in its owner and valid when zeroed. */
struct resources {
    struct resource_amount *items;
    size_t count;
    size_t capacity;
};

void resources_release(struct resources *resources);
void resources_set(struct resources *resources, const char *name, int64_t amount);

/* Zero if the resource is absent. */
int64_t resources_get(const struct resources *resources, const char *name);
bool resources_has(const struct resources *resources, const char *name);
bool resources_equal(const struct resources *left, const struct resources *right);

/* Sums and maxima for each resource; false on overflow, which leaves the target as it
 * was in part: the caller gives it up. */
must_check bool resources_add(struct resources *resources, const struct resources *more);
void resources_raise_to(struct resources *resources, const struct resources *floor);

MEMORY_DEFINE_AUTO_RELEASE(resources)
#define auto_resources __attribute__((cleanup(resources_auto_release)))
