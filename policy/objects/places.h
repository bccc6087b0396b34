/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/hash.h"
#include "policy/objects/document.h"

/* Where a node of a document is. Nodes form a tree; a place is found by the number of its parent
 * and its name in it: "3 spec" or "7 [0]". The root has the number 0 and no place. */
struct place {
    struct document_position position;
    size_t number;
    UT_hash_handle hh;
    char key[];
};

/* The places of one document, embedded in its owner and valid when zeroed. */
struct places {
    struct place *by_key;
};

/* Adds the field `name`, or the item `[index]`, of the parent; returns its number. */
size_t places_add(struct places *places, size_t parent, const char *name,
                  struct document_position position);

/* Follows a field path as far as it goes; `root_position` if it goes nowhere. */
struct document_position places_find(const struct places *places, const char *path,
                                     struct document_position root_position);

void places_release(struct places *places);
