/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/string_map.h"
#include "policy/objects/findings.h"

/* One decoding of an object. Reading goes on after a mistake, so that all are told at once. */
struct decoding {
    struct findings *findings; /* may be NULL */
    bool has_mistake;
};

/* A field that is being decoded; an absent one and a null have no value. */
struct field {
    struct decoding *decoding;
    const json_t *value; /* borrowed */
    char *path;          /* as in struct finding */
};

/* The path of a field of an object: `spec.stopPolicy`, `limits[nvidia.com/gpu]`; and of an item of
 * a list: `flavors[1]`. Owned by the caller. */
char *field_path(const char *object_path, const char *name);
char *field_item_path(const char *list_path, size_t index);

/* Fields are released by whoever gets them. */
struct field field_root(struct decoding *decoding, const json_t *value, const char *path);
struct field field_get(const struct field *object, const char *name);
struct field field_item(const struct field *list, size_t index);
void field_release(struct field *field);

/* Tells a mistake about the field. */
void field_fault(const struct field *field, const char *message_format, ...)
    __attribute__((format(printf, 2, 3)));

/* Tells of every field of the object that is not among the names, which end with NULL. */
void field_expect_names(const struct field *object, const char *const *names);

/* What follows reads a value; a value of another type is a mistake and reads as if absent. */
bool field_is_object(const struct field *field);

/* The length of a list; zero if it is absent. More than the limit is a mistake. */
size_t field_count(const struct field *list, size_t limit);

/* Borrowed; NULL if absent. */
const char *field_text(const struct field *field);

/* The same, but an absent or empty text is a mistake. */
const char *field_required_text(const struct field *field);

/* The same, and it must be the name of an object. */
const char *field_required_name(const struct field *field);

bool field_bool(const struct field *field, bool fallback);
int64_t field_integer(const struct field *field, int64_t fallback, int64_t least, int64_t most);

/* The position of the text among the choices, which end with NULL. */
int field_choice(const struct field *field, const char *const *choices, int fallback);

/* A map of texts, such as labels. */
void field_string_map(const struct field *field, struct string_map *out_map);

MEMORY_DEFINE_AUTO_RELEASE(field)
#define auto_field __attribute__((cleanup(field_auto_release)))
