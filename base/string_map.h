/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

struct string_pair {
    char *key;
    char *value;
};

/* A small map of texts (labels, selectors), sorted by key, embedded in its owner and valid when
 * zeroed. It owns its keys and values. */
struct string_map {
    struct string_pair *pairs;
    size_t count;
    size_t capacity;
};

void string_map_release(struct string_map *map);

/* Copies key and value; an existing value is replaced. */
void string_map_set(struct string_map *map, const char *key, const char *value);

/* The borrowed value, or NULL if the key is absent. */
const char *string_map_find(const struct string_map *map, const char *key);

/* True if every pair of `subset` is in `map`. */
bool string_map_contains(const struct string_map *map, const struct string_map *subset);
bool string_map_equal(const struct string_map *left, const struct string_map *right);

MEMORY_DEFINE_AUTO_RELEASE(string_map)
#define auto_string_map __attribute__((cleanup(string_map_auto_release)))
