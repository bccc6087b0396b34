/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/json_patch.h"

#include "base/text.h"

void json_patch_init(struct json_patch *patch)
{
    patch->operations = json_array();
}

void json_patch_release(struct json_patch *patch)
{
    json_decref(patch->operations);
    patch->operations = NULL;
}

void json_patch_add(struct json_patch *patch, const char *path, json_t *value)
{
    json_array_append_new(patch->operations,
                          json_pack("{s:s, s:s, s:o}", "op", "add", "path", path, "value", value));
}

void json_patch_replace(struct json_patch *patch, const char *path, json_t *value)
{
    json_array_append_new(patch->operations, json_pack("{s:s, s:s, s:o}", "op", "replace", "path",
                                                       path, "value", value));
}

void json_patch_remove(struct json_patch *patch, const char *path)
{
    json_array_append_new(patch->operations, json_pack("{s:s, s:s}", "op", "remove", "path", path));
}

/* `path` and one more part, escaped as RFC 6901 says. */
static char *join_pointer(const char *path, const char *part)
{
    struct text pointer = {0};

    text_append_format(&pointer, "%s/", path);
    for (; *part != '\0'; part++) {
        switch (*part) {
        case '~':
            text_append(&pointer, "~0");
            break;
        case '/':
            text_append(&pointer, "~1");
            break;
        default:
            text_append_bytes(&pointer, part, 1);
        }
    }
    return text_take(&pointer);
}

void json_patch_set_entry(struct json_patch *patch, const char *path, bool *has_map,
                          const char *key, const char *value)
{
    auto_free char *pointer = join_pointer(path, key);

    if (!*has_map) {
        json_patch_add(patch, path, json_object());
        *has_map = true;
    }
    json_patch_add(patch, pointer, json_string(value));
}

void json_patch_test_entry(struct json_patch *patch, const char *path, const char *key,
                           json_t *value)
{
    auto_free char *pointer = join_pointer(path, key);

    json_array_append_new(patch->operations, json_pack("{s:s, s:s, s:o}", "op", "test", "path",
                                                       pointer, "value", value));
}

void json_patch_remove_entry(struct json_patch *patch, const char *path, const char *key)
{
    auto_free char *pointer = join_pointer(path, key);

    json_patch_remove(patch, pointer);
}

void json_patch_append(struct json_patch *patch, const char *path, bool *has_list, json_t *value)
{
    auto_free char *end = text_format("%s/-", path);

    if (!*has_list) {
        json_patch_add(patch, path, json_array());
        *has_list = true;
    }
    json_patch_add(patch, end, value);
}
