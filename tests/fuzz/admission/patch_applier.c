/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/admission/patch_applier.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Where an operation points to: a member of a map, or an item of a list. */
struct target {
    json_t *parent;
    char *name; /* the last part of the pointer, unescaped; owned */
};

/* One part of a pointer (RFC 6901). NULL if it has a tilde that means nothing. Owned. */
static char *unescape(const char *part, size_t size_bytes)
{
    struct text name = {0};

    for (size_t i = 0; i < size_bytes; i++) {
        char byte = part[i];
        if (byte == '~') {
            i++;
            if (i == size_bytes || (part[i] != '0' && part[i] != '1')) {
                text_release(&name);
                return NULL;
            }
            byte = part[i] == '0' ? '~' : '/';
        }
        text_append_bytes(&name, &byte, 1);
    }
    return text_take(&name);
}

/* The number of an item; -1 if the text is none. */
static int64_t read_index(const char *name)
{
    size_t digits = strspn(name, "0123456789");
    bool is_padded = name[0] == '0' && digits > 1;

    return digits > 0 && digits < 10 && name[digits] == '\0' && !is_padded
               ? (int64_t)strtol(name, NULL, 10)
               : -1;
}

static json_t *find_child(json_t *parent, const char *name)
{
    if (json_is_array(parent)) {
        int64_t index = read_index(name);
        return index >= 0 ? json_array_get(parent, (size_t)index) : NULL;
    }
    return json_object_get(parent, name);
}

static bool resolve(json_t *object, const char *pointer, struct target *out_target)
{
    json_t *parent = object;

    if (pointer == NULL || pointer[0] != '/') {
        return false;
    }
    for (const char *part = pointer + 1;;) {
        size_t size_bytes = strcspn(part, "/");
        auto_free char *name = unescape(part, size_bytes);
        if (name == NULL) {
            return false;
        }
        if (part[size_bytes] == '\0') {
            *out_target = (struct target){parent, take_pointer(&name)};
            return json_is_object(parent) || json_is_array(parent);
        }
        parent = find_child(parent, name);
        if (parent == NULL) {
            return false;
        }
        part += size_bytes + 1;
    }
}

static bool add(const struct target *target, json_t *value)
{
    if (json_is_object(target->parent)) {
        return json_object_set(target->parent, target->name, value) == 0;
    }
    if (text_equal(target->name, "-")) {
        return json_array_append(target->parent, value) == 0;
    }
    int64_t index = read_index(target->name);
    return index >= 0 && json_array_insert(target->parent, (size_t)index, value) == 0;
}

static bool remove_child(const struct target *target)
{
    if (json_is_object(target->parent)) {
        return json_object_del(target->parent, target->name) == 0;
    }
    int64_t index = read_index(target->name);
    return index >= 0 && json_array_remove(target->parent, (size_t)index) == 0;
}

/* The value is copied, as if it came from a text of its own. */
static const char *apply_one(const json_t *operation, json_t *object)
{
    const char *name = json_string_value(json_object_get(operation, "op"));
    json_auto_t *value = json_deep_copy(json_object_get(operation, "value"));
    struct target target = {0};
    const char *problem = NULL;

    if (!resolve(object, json_string_value(json_object_get(operation, "path")), &target)) {
        problem = "the path leads nowhere";
    } else if (text_equal(name, "add")) {
        problem = value != NULL && add(&target, value) ? NULL : "nothing can be added there";
    } else if (text_equal(name, "remove")) {
        problem = remove_child(&target) ? NULL : "there is nothing to remove";
    } else if (text_equal(name, "replace")) {
        bool is_there = value != NULL && remove_child(&target);
        problem = is_there && add(&target, value) ? NULL : "there is nothing to replace";
    } else {
        problem = "an unknown operation";
    }
    free(target.name);
    return problem;
}

bool patch_apply(const json_t *operations, json_t *object, const char **out_problem)
{
    size_t index;
    const json_t *operation;

    *out_problem = json_is_array(operations) ? NULL : "the patch is no list";
    json_array_foreach(operations, index, operation) {
        *out_problem = apply_one(operation, object);
        if (*out_problem != NULL) {
            return false;
        }
    }
    return *out_problem == NULL;
}
