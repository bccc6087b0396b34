/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/resources.h"

#include <string.h>

#include "base/array.h"

/* The position of the name, or where it would be inserted. */
static size_t find_position(const struct resources *resources, const char *name, bool *out_is_there)
{
    size_t low = 0;
    size_t high = resources->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(resources->items[middle].name, name);
        if (order == 0) {
            *out_is_there = true;
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *out_is_there = false;
    return low;
}

void resources_release(struct resources *resources)
{
    array_for_each(item, resources) {
        free(item->name);
    }
    array_release(resources);
}

void resources_set(struct resources *resources, const char *name, int64_t amount)
{
    bool is_there;
    size_t position = find_position(resources, name, &is_there);

    if (is_there) {
        resources->items[position].amount = amount;
        return;
    }
    struct resource_amount item = {.name = memory_copy_text(name), .amount = amount};
    array_insert(resources, position, item);
}

int64_t resources_get(const struct resources *resources, const char *name)
{
    bool is_there;
    size_t position = find_position(resources, name, &is_there);

    return is_there ? resources->items[position].amount : 0;
}

bool resources_has(const struct resources *resources, const char *name)
{
    bool is_there;

    find_position(resources, name, &is_there);
    return is_there;
}

bool resources_equal(const struct resources *left, const struct resources *right)
{
    if (left->count != right->count) {
        return false;
    }
    for (size_t i = 0; i < left->count; i++) {
        if (left->items[i].amount != right->items[i].amount ||
            strcmp(left->items[i].name, right->items[i].name) != 0) {
            return false;
        }
    }
    return true;
}

bool resources_add(struct resources *resources, const struct resources *more)
{
    array_for_each(item, more) {
        int64_t sum;
        if (__builtin_add_overflow(resources_get(resources, item->name), item->amount, &sum)) {
            return false;
        }
        resources_set(resources, item->name, sum);
    }
    return true;
}

void resources_raise_to(struct resources *resources, const struct resources *floor)
{
    array_for_each(item, floor) {
        if (!resources_has(resources, item->name) ||
            resources_get(resources, item->name) < item->amount) {
            resources_set(resources, item->name, item->amount);
        }
    }
}
