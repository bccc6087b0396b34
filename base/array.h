/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>

#include "base/memory.h"

/*
 * A growing array of one type, embedded in its owner and valid when zeroed:
 *
 *     struct taint_list ARRAY_OF(struct taint);
 *     array_append(&list, taint);
 */
#define ARRAY_OF(item_type)                                                                        \
    {                                                                                              \
        item_type *items;                                                                          \
        size_t count;                                                                              \
        size_t capacity;                                                                           \
    }

/* Makes room for at least one more item. */
#define array_reserve_one(array)                                                                   \
    do {                                                                                           \
        if ((array)->count == (array)->capacity) {                                                 \
            (array)->capacity = (array)->capacity != 0 ? (array)->capacity * 2 : 4;                \
            (array)->items =                                                                       \
                memory_resize((array)->items, (array)->capacity, sizeof *(array)->items);          \
        }                                                                                          \
    } while (0)

/* Appends a copy of the item; what it points to moves into the array. */
#define array_append(array, item)                                                                  \
    do {                                                                                           \
        array_reserve_one(array);                                                                  \
        (array)->items[(array)->count++] = (item);                                                 \
    } while (0)

/* Inserts before `position`, which is at most the count. */
#define array_insert(array, position, item)                                                        \
    do {                                                                                           \
        size_t array_insert_at = (position);                                                       \
        array_reserve_one(array);                                                                  \
        memmove((array)->items + array_insert_at + 1, (array)->items + array_insert_at,            \
                ((array)->count - array_insert_at) * sizeof *(array)->items);                      \
        (array)->items[array_insert_at] = (item);                                                  \
        (array)->count++;                                                                          \
    } while (0)

/* Removes the item at `position` and keeps the order of the others. */
#define array_remove(array, position)                                                              \
    do {                                                                                           \
        size_t array_remove_at = (position);                                                       \
        (array)->count--;                                                                          \
        memmove((array)->items + array_remove_at, (array)->items + array_remove_at + 1,            \
                ((array)->count - array_remove_at) * sizeof *(array)->items);                      \
    } while (0)

/* Frees the storage, not what the items point to, and leaves an empty array. */
#define array_release(array)                                                                       \
    do {                                                                                           \
        free((array)->items);                                                                      \
        memset((array), 0, sizeof *(array));                                                       \
    } while (0)

#define array_for_each(item, array)                                                                \
    for (__typeof__(&*(array)->items) item = (array)->items;                                       \
         item != NULL && item < (array)->items + (array)->count; item++)

#define ARRAY_LENGTH(fixed_array) (sizeof(fixed_array) / sizeof *(fixed_array))
