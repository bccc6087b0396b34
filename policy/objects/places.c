/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/places.h"

#include <string.h>

#include "base/text.h"

static const struct place *find_place(const struct places *places, size_t parent, const char *name,
                                      size_t name_bytes)
{
    auto_free char *key = text_format("%zu %.*s", parent, (int)name_bytes, name);
    struct place *place;

    HASH_FIND_STR(places->by_key, key, place);
    return place;
}

/* Takes the first step of a path: `name`, `.name`, `[3]` or `[nvidia.com/gpu]`. */
static const struct place *follow_step(const struct places *places, size_t parent,
                                       const char **path)
{
    const char *name = *path + (**path == '.' ? 1 : 0);
    size_t name_bytes = strcspn(name, ".[");

    if (**path != '[') {
        *path = name + name_bytes;
        return find_place(places, parent, name, name_bytes);
    }
    name_bytes = strcspn(name, "]");
    *path = name + name_bytes + (name[name_bytes] == ']' ? 1 : 0);
    const struct place *item = find_place(places, parent, name, name_bytes + 1);
    return item != NULL ? item : find_place(places, parent, name + 1, name_bytes - 1);
}

size_t places_add(struct places *places, size_t parent, const char *name,
                  struct document_position position)
{
    auto_free char *key = text_format("%zu %s", parent, name);
    size_t key_bytes = strlen(key);
    struct place *place = memory_allocate(sizeof *place + key_bytes + 1);

    memcpy(place->key, key, key_bytes + 1);
    place->position = position;
    place->number = HASH_COUNT(places->by_key) + 1;
    HASH_ADD_KEYPTR(hh, places->by_key, place->key, key_bytes, place);
    return place->number;
}

struct document_position places_find(const struct places *places, const char *path,
                                     struct document_position root_position)
{
    struct document_position position = root_position;
    size_t parent = 0;

    while (*path != '\0') {
        const struct place *place = follow_step(places, parent, &path);
        if (place == NULL) {
            break;
        }
        position = place->position;
        parent = place->number;
    }
    return position;
}

void places_release(struct places *places)
{
    struct place *place;
    struct place *next;

    HASH_ITER(hh, places->by_key, place, next) {
        HASH_DEL(places->by_key, place);
        free(place);
    }
}
