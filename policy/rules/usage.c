/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/usage.h"

#include <string.h>

static struct usage_item *find_item(const struct usage *usage, const char *flavor,
                                    const char *resource)
{
    array_for_each(item, usage) {
        if (strcmp(item->resource, resource) == 0 && strcmp(item->flavor, flavor) == 0) {
            return item;
        }
    }
    return NULL;
}

static struct usage_item *get_item(struct usage *usage, const char *flavor, const char *resource)
{
    struct usage_item *item = find_item(usage, flavor, resource);

    if (item != NULL) {
        return item;
    }
    array_append(usage, ((struct usage_item){.flavor = memory_copy_text(flavor),
                                             .resource = memory_copy_text(resource)}));
    return &usage->items[usage->count - 1];
}

void usage_release(struct usage *usage)
{
    array_for_each(item, usage) {
        free(item->flavor);
        free(item->resource);
    }
    array_release(usage);
}

void usage_copy(const struct usage *usage, struct usage *out_copy)
{
    memset(out_copy, 0, sizeof *out_copy);
    usage_add_all(out_copy, usage);
}

static bool covers(const struct usage *left, const struct usage *right)
{
    array_for_each(item, right) {
        if (usage_get(left, item->flavor, item->resource) != item->amount) {
            return false;
        }
    }
    return true;
}

bool usage_equal(const struct usage *left, const struct usage *right)
{
    return covers(left, right) && covers(right, left);
}

bool usage_is_zero(const struct usage *usage)
{
    array_for_each(item, usage) {
        if (item->amount != 0) {
            return false;
        }
    }
    return true;
}

int64_t usage_get(const struct usage *usage, const char *flavor, const char *resource)
{
    const struct usage_item *item = find_item(usage, flavor, resource);

    return item != NULL ? item->amount : 0;
}

void usage_add(struct usage *usage, const char *flavor, const char *resource, int64_t amount)
{
    struct usage_item *item = get_item(usage, flavor, resource);

    if (__builtin_add_overflow(item->amount, amount, &item->amount)) {
        item->amount = INT64_MAX;
    }
}

void usage_add_all(struct usage *usage, const struct usage *more)
{
    array_for_each(item, more) {
        usage_add(usage, item->flavor, item->resource, item->amount);
    }
}

void usage_subtract_all(struct usage *usage, const struct usage *less)
{
    array_for_each(item, less) {
        struct usage_item *target = find_item(usage, item->flavor, item->resource);
        if (target != NULL) {
            target->amount = target->amount > item->amount ? target->amount - item->amount : 0;
        }
    }
}

void usage_raise_to(struct usage *usage, const struct usage *floor)
{
    array_for_each(item, floor) {
        struct usage_item *target = get_item(usage, item->flavor, item->resource);
        if (target->amount < item->amount) {
            target->amount = item->amount;
        }
    }
}
