/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "base/array.h"

/*
 * Changes JSON in ways that leave it JSON, which changed bytes seldom do: members come, go, and
 * change places, names and values.
 */

/* Of libFuzzer: calls for a change, and changes bytes as it would by itself. */
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size_bytes, size_t size_bytes_max,
                               unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size_bytes, size_t size_bytes_max);

enum { JSON_MUTATOR_TEXT_BYTES = 64, JSON_MUTATOR_DEPTH_MAX = 64 };

/* All objects and lists of a tree, with no reference of its own. */
struct json_containers ARRAY_OF(json_t *);

struct json_mutator {
    struct json_containers containers;
    uint64_t state;
};

static inline size_t json_mutator_choose(struct json_mutator *mutator, size_t sides)
{
    mutator->state = mutator->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return sides > 0 ? (size_t)(mutator->state >> 33) % sides : 0;
}

static inline void json_mutator_collect(struct json_mutator *mutator, json_t *value, int depth)
{
    const char *name;
    json_t *member;
    size_t index;

    if (depth > JSON_MUTATOR_DEPTH_MAX || !(json_is_object(value) || json_is_array(value))) {
        return;
    }
    array_append(&mutator->containers, value);
    json_object_foreach(value, name, member) {
        json_mutator_collect(mutator, member, depth + 1);
    }
    json_array_foreach(value, index, member) {
        json_mutator_collect(mutator, member, depth + 1);
    }
}

static inline json_t *json_mutator_container(struct json_mutator *mutator)
{
    return mutator->containers.items[json_mutator_choose(mutator, mutator->containers.count)];
}

/* The name of the member at a position; NULL if there is none. */
static inline const char *json_mutator_name(json_t *object, size_t position)
{
    void *member = json_object_iter(object);

    for (; member != NULL && position > 0; position--) {
        member = json_object_iter_next(object, member);
    }
    return member != NULL ? json_object_iter_key(member) : NULL;
}

/* A text that was changed by libFuzzer; NULL if it is none any more. */
static inline json_t *json_mutator_change_text(const char *text)
{
    uint8_t bytes[JSON_MUTATOR_TEXT_BYTES];
    size_t size_bytes = strnlen(text, sizeof bytes);

    memcpy(bytes, text, size_bytes);
    size_bytes = LLVMFuzzerMutate(bytes, size_bytes, sizeof bytes);
    return json_stringn((const char *)bytes, size_bytes);
}

/* A member of any container, a text like that, or something that nobody expects. */
static inline json_t *json_mutator_value(struct json_mutator *mutator, const json_t *before)
{
    static const char *const surprises[] = {
        "null", "true", "{}",      "[]",  "\"\"",    "\"1\"", "\"-1\"", "0",
        "-1",   "1",    "1000000", "1.5", "\"1e3\"", "\"2\"", "[null]", "9223372036854775807",
    };
    json_t *container = json_mutator_container(mutator);
    size_t position = json_mutator_choose(mutator, json_object_size(container) + 1);
    const char *name = json_mutator_name(container, position);
    const char *surprise =
        surprises[json_mutator_choose(mutator, sizeof surprises / sizeof *surprises)];

    if (json_is_string(before) && json_mutator_choose(mutator, 2) == 0) {
        return json_mutator_change_text(json_string_value(before));
    }
    if (name != NULL && json_mutator_choose(mutator, 2) == 0) {
        return json_deep_copy(json_object_get(container, name));
    }
    return json_loads(surprise, JSON_DECODE_ANY, NULL);
}

static inline void json_mutator_change_list(struct json_mutator *mutator, json_t *list)
{
    size_t index = json_mutator_choose(mutator, json_array_size(list));
    const json_t *item = json_array_get(list, index);

    switch (json_mutator_choose(mutator, 3)) {
    case 0:
        json_array_remove(list, index);
        break;
    case 1:
        json_array_insert_new(list, index, json_mutator_value(mutator, item));
        break;
    default:
        json_array_set_new(list, index, json_mutator_value(mutator, item));
    }
}

static inline void json_mutator_change_object(struct json_mutator *mutator, json_t *object)
{
    const char *name =
        json_mutator_name(object, json_mutator_choose(mutator, json_object_size(object)));
    json_t *other = json_mutator_container(mutator);
    const char *other_name =
        json_mutator_name(other, json_mutator_choose(mutator, json_object_size(other)));

    switch (json_mutator_choose(mutator, 4)) {
    case 0:
        json_object_del(object, name != NULL ? name : "");
        break;
    case 1: /* may be a name that is not known here */
        json_object_set_new(object, other_name != NULL ? other_name : "name",
                            json_mutator_value(mutator, json_object_get(other, other_name)));
        break;
    default:
        json_object_set_new(object, name != NULL ? name : "name",
                            json_mutator_value(mutator, json_object_get(object, name)));
    }
}

/* Changes the tree here and there. */
static inline void json_mutate(json_t *root, unsigned seed)
{
    struct json_mutator mutator = {.state = seed};
    size_t change_count = 1 + json_mutator_choose(&mutator, 3);

    for (; change_count > 0; change_count--) {
        json_mutator_collect(&mutator, root, 0);
        if (mutator.containers.count > 0) {
            json_t *container = json_mutator_container(&mutator);
            if (json_is_array(container)) {
                json_mutator_change_list(&mutator, container);
            } else {
                json_mutator_change_object(&mutator, container);
            }
        }
        array_release(&mutator.containers);
    }
}

/* Writes the tree over the bytes; 0 if it is too large for them. */
static inline size_t json_mutator_write(const json_t *root, uint8_t *bytes, size_t size_bytes_max)
{
    size_t size_bytes = json_dumpb(root, (char *)bytes, size_bytes_max, JSON_COMPACT);

    return size_bytes <= size_bytes_max ? size_bytes : 0;
}
