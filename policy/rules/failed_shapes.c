/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/failed_shapes.h"

#include "base/hash.h"

struct failed_shape {
    struct failed_shape_key {
        uint64_t line;
        uint64_t shape;
    } key;
    const struct candidate *candidate;
    UT_hash_handle hh;
};

static struct failed_shape_key key_of(size_t line, const struct candidate *candidate)
{
    struct failed_shape_key key = {line, candidate->shape};

    if (candidate->only_flavor != NULL) {
        key.shape = XXH3_64bits_withSeed(candidate->only_flavor, strlen(candidate->only_flavor),
                                         candidate->shape);
    }
    return key;
}

static struct failed_shape *find(const struct failed_shapes *shapes,
                                 const struct failed_shape_key *key)
{
    struct failed_shape *found;

    HASH_FIND(hh, shapes->table, key, sizeof *key, found);
    return found;
}

void failed_shapes_release(struct failed_shapes *shapes)
{
    struct failed_shape *shape;
    struct failed_shape *next;

    HASH_ITER(hh, shapes->table, shape, next) {
        HASH_DEL(shapes->table, shape);
        free(shape);
    }
}

void failed_shapes_add(struct failed_shapes *shapes, size_t line, const struct candidate *candidate)
{
    const struct failed_shape_key key = key_of(line, candidate);
    struct failed_shape *shape = find(shapes, &key);

    if (shape == NULL) {
        shape = memory_allocate(sizeof *shape);
        shape->key = key;
        HASH_ADD(hh, shapes->table, key, sizeof shape->key, shape);
    }
    shape->candidate = candidate;
}

const struct candidate *failed_shapes_find(const struct failed_shapes *shapes, size_t line,
                                           const struct candidate *candidate)
{
    const struct failed_shape_key key = key_of(line, candidate);
    const struct failed_shape *shape = find(shapes, &key);

    return shape != NULL ? shape->candidate : NULL;
}
