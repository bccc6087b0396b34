/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* An RFC 6902 patch in the making. */
struct json_patch {
    json_t *operations;
};

void json_patch_init(struct json_patch *patch);
void json_patch_release(struct json_patch *patch);

/* Appends operations; `value` is stolen. `path` is a JSON pointer whose parts are escaped. */
void json_patch_add(struct json_patch *patch, const char *path, json_t *value);
void json_patch_replace(struct json_patch *patch, const char *path, json_t *value);
void json_patch_remove(struct json_patch *patch, const char *path);

/* Sets, tests or removes one key of the map at `path`; a test that fails makes the patch fail.
 * *has_map tells whether the map is there (an absent parent would make the patch fail) and becomes
 * true when an entry was set. */
void json_patch_set_entry(struct json_patch *patch, const char *path, bool *has_map,
                          const char *key, const char *value);
void json_patch_test_entry(struct json_patch *patch, const char *path, const char *key,
                           json_t *value);
void json_patch_remove_entry(struct json_patch *patch, const char *path, const char *key);

/* Appends to the list at `path`, which is made if *has_list is false. */
void json_patch_append(struct json_patch *patch, const char *path, bool *has_list, json_t *value);

static inline void json_patch_auto_release(struct json_patch *patch)
{
    json_patch_release(patch);
}
#define auto_json_patch __attribute__((cleanup(json_patch_auto_release)))
