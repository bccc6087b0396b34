/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/field.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/suggestion.h"
#include "base/text.h"
#include "policy/objects/syntax.h"

static bool is_plain(const char *name)
{
    for (; *name != '\0'; name++) {
        if (strchr(".[]/ ", *name) != NULL) {
            return false;
        }
    }
    return true;
}

char *field_path(const char *object_path, const char *name)
{
    if (!is_plain(name)) {
        return text_format("%s[%s]", object_path, name);
    }
    return text_format("%s%s%s", object_path, object_path[0] != '\0' ? "." : "", name);
}

char *field_item_path(const char *list_path, size_t index)
{
    return text_format("%s[%zu]", list_path, index);
}

struct field field_root(struct decoding *decoding, const json_t *value, const char *path)
{
    return (struct field){
        .decoding = decoding,
        .value = json_is_null(value) ? NULL : value,
        .path = memory_copy_text(path),
    };
}

struct field field_get(const struct field *object, const char *name)
{
    const json_t *value = json_object_get(object->value, name);

    return (struct field){
        .decoding = object->decoding,
        .value = json_is_null(value) ? NULL : value,
        .path = field_path(object->path, name),
    };
}

struct field field_item(const struct field *list, size_t index)
{
    return (struct field){
        .decoding = list->decoding,
        .value = json_array_get(list->value, index),
        .path = field_item_path(list->path, index),
    };
}

void field_release(struct field *field)
{
    free(field->path);
    memset(field, 0, sizeof *field);
}

void field_fault(const struct field *field, const char *message_format, ...)
{
    auto_free char *message = NULL;
    va_list arguments;

    va_start(arguments, message_format);
    int length = vasprintf(&message, message_format, arguments);
    va_end(arguments);
    if (length < 0) {
        abort();
    }
    field->decoding->has_mistake = true;
    findings_add(field->decoding->findings, FINDING_MISTAKE, field->path, "%s", message);
}

static bool is_among(const char *name, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (strcmp(*names, name) == 0) {
            return true;
        }
    }
    return false;
}

static void tell_unknown(const struct field *object, const char *name, const char *const *names)
{
    auto_free char *path = field_path(object->path, name);
    const char *nearest = suggestion_find(name, names);

    if (nearest != NULL) {
        findings_add(object->decoding->findings, FINDING_UNKNOWN_FIELD, path,
                     "unknown field '%s': did you mean '%s'?", name, nearest);
    } else {
        findings_add(object->decoding->findings, FINDING_UNKNOWN_FIELD, path, "unknown field '%s'",
                     name);
    }
}

void field_expect_names(const struct field *object, const char *const *names)
{
    const char *name;
    const json_t *value;

    if (!field_is_object(object)) {
        return;
    }
    json_object_foreach((json_t *)object->value, name, value) {
        if (!is_among(name, names)) {
            tell_unknown(object, name, names);
        }
    }
}

static const char *type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    case JSON_NULL:
        return "null";
    }
    return "something else";
}

/* False if absent; also, and that is a mistake, if it is not what was expected. */
static bool expect_type(const struct field *field, bool is_expected, const char *expected)
{
    if (field->value == NULL) {
        return false;
    }
    if (!is_expected) {
        field_fault(field, "must be %s, not %s", expected, type_name(field->value));
    }
    return is_expected;
}

bool field_is_object(const struct field *field)
{
    return expect_type(field, json_is_object(field->value), "an object");
}

size_t field_count(const struct field *list, size_t limit)
{
    if (!expect_type(list, json_is_array(list->value), "a list")) {
        return 0;
    }
    size_t count = json_array_size(list->value);
    if (count > limit) {
        field_fault(list, "has %zu items, and at most %zu are allowed", count, limit);
        return limit;
    }
    return count;
}

const char *field_text(const struct field *field)
{
    bool is_text = json_is_string(field->value);
    bool is_scalar = json_is_number(field->value) || json_is_boolean(field->value);

    if (!expect_type(field, is_text, is_scalar ? "a text (put it in quotes)" : "a text")) {
        return NULL;
    }
    if (strlen(json_string_value(field->value)) != json_string_length(field->value)) {
        field_fault(field, "has a NUL character");
        return NULL;
    }
    return json_string_value(field->value);
}

const char *field_required_text(const struct field *field)
{
    const char *text = field_text(field);

    if (field->value == NULL) {
        field_fault(field, "is missing");
    } else if (text != NULL && text[0] == '\0') {
        field_fault(field, "is empty");
        return NULL;
    }
    return text;
}

const char *field_required_name(const struct field *field)
{
    const char *name = field_required_text(field);

    if (name != NULL && !syntax_is_object_name(name)) {
        field_fault(field,
                    "'%.80s' is no name: lower case letters, digits, '-' and '.', at most 253, "
                    "beginning and ending with a letter or digit",
                    name);
        return NULL;
    }
    return name;
}

bool field_bool(const struct field *field, bool fallback)
{
    if (!expect_type(field, json_is_boolean(field->value), "true or false")) {
        return fallback;
    }
    return json_is_true(field->value);
}

int64_t field_integer(const struct field *field, int64_t fallback, int64_t least, int64_t most)
{
    if (!expect_type(field, json_is_integer(field->value), "a whole number")) {
        return fallback;
    }
    json_int_t number = json_integer_value(field->value);
    if (number < least || number > most) {
        field_fault(field, "must be from %" PRId64 " to %" PRId64 ", not %" JSON_INTEGER_FORMAT,
                    least, most, number);
        return fallback;
    }
    return number;
}

static char *list_choices(const char *const *choices)
{
    struct text text = {0};

    for (size_t i = 0; choices[i] != NULL; i++) {
        const char *separator = choices[i + 1] == NULL ? " or " : ", ";
        text_append_format(&text, "%s%s", text.size_bytes == 0 ? "" : separator, choices[i]);
    }
    return text_take(&text);
}

int field_choice(const struct field *field, const char *const *choices, int fallback)
{
    const char *word = field_text(field);

    if (word == NULL) {
        return fallback;
    }
    for (int i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], word) == 0) {
            return i;
        }
    }
    auto_free char *list = list_choices(choices);
    const char *nearest = suggestion_find(word, choices);
    if (nearest != NULL) {
        field_fault(field, "must be %s, not '%.80s': did you mean '%s'?", list, word, nearest);
    } else {
        field_fault(field, "must be %s, not '%.80s'", list, word);
    }
    return fallback;
}

void field_string_map(const struct field *field, struct string_map *out_map)
{
    const char *key;
    const json_t *value;

    if (!field_is_object(field)) {
        return;
    }
    json_object_foreach((json_t *)field->value, key, value) {
        auto_field struct field entry = field_get(field, key);
        const char *text = field_text(&entry);
        if (entry.value == NULL) {
            field_fault(&entry, "must be a text, not null (\"\" is the empty one)");
        } else if (text != NULL) {
            string_map_set(out_map, key, text);
        }
    }
}
