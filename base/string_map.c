/* SPDX-License-Identifier: Apache-2.0 */
#include "base/string_map.h"

#include <string.h>

#include "base/text.h"

/* The position of the key, or where it would be inserted. */
static size_t find_position(const struct string_map *map, const char *key, bool *out_is_there)
{
    size_t low = 0;
    size_t high = map->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(map->pairs[middle].key, key);
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

void string_map_release(struct string_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        free(map->pairs[i].key);
        free(map->pairs[i].value);
    }
    free(map->pairs);
    memset(map, 0, sizeof *map);
}

void string_map_set(struct string_map *map, const char *key, const char *value)
{
    bool is_there;
    size_t position = find_position(map, key, &is_there);

    if (is_there) {
        char *copy = memory_copy_text(value); /* which may be the one that is replaced */
        free(map->pairs[position].value);
        map->pairs[position].value = copy;
        return;
    }
    if (map->count == map->capacity) {
        map->capacity = map->capacity != 0 ? map->capacity * 2 : 4;
        map->pairs = memory_resize(map->pairs, map->capacity, sizeof *map->pairs);
    }
    memmove(map->pairs + position + 1, map->pairs + position,
            (map->count - position) * sizeof *map->pairs);
    map->pairs[position].key = memory_copy_text(key);
    map->pairs[position].value = memory_copy_text(value);
    map->count++;
}

const char *string_map_find(const struct string_map *map, const char *key)
{
    bool is_there;
    size_t position = find_position(map, key, &is_there);

    return is_there ? map->pairs[position].value : NULL;
}

bool string_map_contains(const struct string_map *map, const struct string_map *subset)
{
    for (size_t i = 0; i < subset->count; i++) {
        if (!text_equal(string_map_find(map, subset->pairs[i].key), subset->pairs[i].value)) {
            return false;
        }
    }
    return true;
}

bool string_map_equal(const struct string_map *left, const struct string_map *right)
{
    return left->count == right->count && string_map_contains(left, right);
}
