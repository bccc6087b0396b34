/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/pod_spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "policy/objects/field.h"
#include "policy/objects/syntax.h"

enum { LIST_ITEMS_MAX = 1024 };

static const char *const effect_names[] = {"", "NoSchedule", "PreferNoSchedule", "NoExecute", NULL};
static const char *const toleration_operators[] = {"Equal", "Exists", NULL};
static const char *const label_operators[] = {"In", "NotIn", "Exists", "DoesNotExist",
                                              "Gt", "Lt",    NULL};
static const char *const taint_fields[] = {"key", "value", "effect", "timeAdded", NULL};
static const char *const toleration_fields[] = {"key",    "operator",          "value",
                                                "effect", "tolerationSeconds", NULL};

void taint_list_release(struct taint_list *list)
{
    array_for_each(taint, list) {
        free(taint->key);
        free(taint->value);
    }
    array_release(list);
}

void toleration_list_release(struct toleration_list *list)
{
    array_for_each(toleration, list) {
        free(toleration->key);
        free(toleration->value);
    }
    array_release(list);
}

void label_requirement_list_release(struct label_requirement_list *list)
{
    array_for_each(requirement, list) {
        free(requirement->key);
        array_for_each(value, &requirement->values) {
            free(*value);
        }
        array_release(&requirement->values);
    }
    array_release(list);
}

void pod_spec_release(struct pod_spec *spec)
{
    string_map_release(&spec->node_selector);
    toleration_list_release(&spec->tolerations);
    array_for_each(term, &spec->required_affinity) {
        label_requirement_list_release(term);
    }
    array_release(&spec->required_affinity);
}

static const char *text_or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static void check_label(const struct field *key_field, const char *key,
                        const struct field *value_field, const char *value)
{
    if (key != NULL && key[0] != '\0' && !syntax_is_qualified_name(key)) {
        field_fault(key_field, "'%.80s' is no key such as 'nvidia.com/gpu'", key);
    }
    if (value != NULL && !syntax_is_label_value(value)) {
        field_fault(value_field, "'%.80s' is no label value", value);
    }
}

static void read_taint(const struct field *item, struct taint_list *list)
{
    auto_field struct field key_field = field_get(item, "key");
    auto_field struct field value_field = field_get(item, "value");
    auto_field struct field effect_field = field_get(item, "effect");

    field_expect_names(item, taint_fields);
    const char *key = field_required_text(&key_field);
    const char *value = field_text(&value_field);
    int effect = field_choice(&effect_field, effect_names + 1, -1) + 1;
    if (effect_field.value == NULL) {
        field_fault(&effect_field, "is missing: NoSchedule, PreferNoSchedule or NoExecute");
    }
    check_label(&key_field, key, &value_field, value);
    if (key == NULL || effect == TAINT_EFFECT_ANY) {
        return;
    }
    array_for_each(other, list) {
        if (strcmp(other->key, key) == 0 && other->effect == (enum taint_effect)effect) {
            field_fault(item, "there already is a taint '%s' with effect %s", key,
                        effect_names[effect]);
        }
    }
    array_append(list, ((struct taint){.key = memory_copy_text(key),
                                       .value = memory_copy_text(text_or_empty(value)),
                                       .effect = (enum taint_effect)effect}));
}

bool taint_list_decode(const json_t *array, const char *path, struct findings *findings,
                       struct taint_list *out_list)
{
    struct decoding decoding = {.findings = findings};
    auto_field struct field field = field_root(&decoding, array, path);
    struct taint_list list = {0};
    size_t count = field_count(&field, LIST_ITEMS_MAX);

    for (size_t i = 0; i < count; i++) {
        auto_field struct field item = field_item(&field, i);
        if (field_is_object(&item)) {
            read_taint(&item, &list);
        }
    }
    if (decoding.has_mistake) {
        taint_list_release(&list);
        return false;
    }
    *out_list = list;
    return true;
}

/* The rules between the fields of a toleration. */
static void check_toleration(const struct field *item, const struct toleration *toleration)
{
    auto_field struct field operator_field = field_get(item, "operator");
    auto_field struct field value_field = field_get(item, "value");
    auto_field struct field seconds_field = field_get(item, "tolerationSeconds");

    if (toleration->key[0] == '\0' && !toleration->is_exists) {
        field_fault(&operator_field, "must be Exists where the key is empty");
    }
    if (toleration->is_exists && toleration->value[0] != '\0') {
        field_fault(&value_field, "must be empty where the operator is Exists");
    }
    if (toleration->has_seconds && toleration->effect != TAINT_EFFECT_NO_EXECUTE) {
        field_fault(&seconds_field, "goes with effect NoExecute only");
    }
}

static void read_toleration(const struct field *item, struct toleration_list *list)
{
    auto_field struct field key_field = field_get(item, "key");
    auto_field struct field operator_field = field_get(item, "operator");
    auto_field struct field value_field = field_get(item, "value");
    auto_field struct field effect_field = field_get(item, "effect");
    auto_field struct field seconds_field = field_get(item, "tolerationSeconds");

    field_expect_names(item, toleration_fields);
    const char *key = field_text(&key_field);
    const char *value = field_text(&value_field);
    struct toleration toleration = {
        .key = memory_copy_text(text_or_empty(key)),
        .value = memory_copy_text(text_or_empty(value)),
        .is_exists = field_choice(&operator_field, toleration_operators, 0) == 1,
        .effect = (enum taint_effect)field_choice(&effect_field, effect_names, TAINT_EFFECT_ANY),
        .has_seconds = seconds_field.value != NULL,
        .seconds = field_integer(&seconds_field, 0, INT64_MIN, INT64_MAX),
    };
    check_label(&key_field, key, &value_field, value);
    check_toleration(item, &toleration);
    array_append(list, toleration);
}

bool toleration_list_decode(const json_t *array, const char *path, struct findings *findings,
                            struct toleration_list *out_list)
{
    struct decoding decoding = {.findings = findings};
    auto_field struct field field = field_root(&decoding, array, path);
    struct toleration_list list = {0};
    size_t count = field_count(&field, LIST_ITEMS_MAX);

    for (size_t i = 0; i < count; i++) {
        auto_field struct field item = field_item(&field, i);
        if (field_is_object(&item)) {
            read_toleration(&item, &list);
        }
    }
    if (decoding.has_mistake) {
        toleration_list_release(&list);
        return false;
    }
    *out_list = list;
    return true;
}

static const char *member_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* -1 if it is not among the names. */
static int find_name(const char *const *names, const char *name)
{
    for (int i = 0; names[i] != NULL; i++) {
        if (text_equal(names[i], name)) {
            return i;
        }
    }
    return -1;
}

static void append_lenient_toleration(struct toleration_list *list, const json_t *value)
{
    int effect = find_name(effect_names, text_or_empty(member_text(value, "effect")));
    const char *word = text_or_empty(member_text(value, "operator"));
    const json_t *seconds = json_object_get(value, "tolerationSeconds");

    if (!json_is_object(value) || effect < 0 ||
        (word[0] != '\0' && find_name(toleration_operators, word) < 0)) {
        return;
    }
    array_append(list, ((struct toleration){
                           .key = memory_copy_text(text_or_empty(member_text(value, "key"))),
                           .value = memory_copy_text(text_or_empty(member_text(value, "value"))),
                           .is_exists = strcmp(word, "Exists") == 0,
                           .effect = (enum taint_effect)effect,
                           .has_seconds = json_is_integer(seconds),
                           .seconds = json_integer_value(seconds),
                       }));
}

static void append_lenient_requirement(struct label_requirement_list *list, const json_t *value)
{
    int relation = find_name(label_operators, member_text(value, "operator"));
    const char *key = member_text(value, "key");
    size_t index;
    const json_t *item;

    if (key == NULL || relation < 0) {
        return;
    }
    struct label_requirement requirement = {
        memory_copy_text(key), (enum label_operator)relation, {0}};
    json_array_foreach(json_object_get(value, "values"), index, item) {
        if (json_is_string(item)) {
            array_append(&requirement.values, memory_copy_text(json_string_value(item)));
        }
    }
    array_append(list, requirement);
}

static void decode_affinity(const json_t *spec, struct node_affinity *out_affinity)
{
    const json_t *affinity = json_object_get(json_object_get(spec, "affinity"), "nodeAffinity");
    const json_t *required =
        json_object_get(affinity, "requiredDuringSchedulingIgnoredDuringExecution");
    size_t term_index;
    const json_t *term;

    json_array_foreach(json_object_get(required, "nodeSelectorTerms"), term_index, term) {
        struct label_requirement_list requirements = {0};
        size_t index;
        const json_t *expression;
        json_array_foreach(json_object_get(term, "matchExpressions"), index, expression) {
            append_lenient_requirement(&requirements, expression);
        }
        array_append(out_affinity, requirements);
    }
}

void pod_spec_decode(const json_t *spec, struct pod_spec *out_spec)
{
    struct pod_spec decoded = {0};
    const char *key;
    const json_t *value;
    size_t index;

    json_object_foreach(json_object_get(spec, "nodeSelector"), key, value) {
        if (json_is_string(value)) {
            string_map_set(&decoded.node_selector, key, json_string_value(value));
        }
    }
    json_array_foreach(json_object_get(spec, "tolerations"), index, value) {
        append_lenient_toleration(&decoded.tolerations, value);
    }
    decode_affinity(spec, &decoded.required_affinity);
    *out_spec = decoded;
}

bool toleration_covers_taint(const struct toleration *toleration, const struct taint *taint)
{
    if (toleration->effect != TAINT_EFFECT_ANY && toleration->effect != taint->effect) {
        return false;
    }
    if (toleration->key[0] != '\0' && strcmp(toleration->key, taint->key) != 0) {
        return false;
    }
    return toleration->is_exists || strcmp(toleration->value, taint->value) == 0;
}

bool toleration_covers(const struct toleration *wide, const struct toleration *narrow)
{
    if (wide->effect != TAINT_EFFECT_ANY && wide->effect != narrow->effect) {
        return false;
    }
    if (wide->key[0] != '\0' && strcmp(wide->key, narrow->key) != 0) {
        return false;
    }
    if (!wide->is_exists && (narrow->is_exists || strcmp(wide->value, narrow->value) != 0)) {
        return false;
    }
    return !wide->has_seconds || (narrow->has_seconds && narrow->seconds <= wide->seconds);
}

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text[0] != '\0') {
        json_object_set_new(object, name, json_string(text));
    }
}

json_t *toleration_encode(const struct toleration *toleration)
{
    json_t *object = json_object();

    set_text(object, "key", toleration->key);
    set_text(object, "operator", toleration_operators[toleration->is_exists ? 1 : 0]);
    set_text(object, "value", toleration->value);
    set_text(object, "effect", effect_names[toleration->effect]);
    if (toleration->has_seconds) {
        json_object_set_new(object, "tolerationSeconds", json_integer(toleration->seconds));
    }
    return object;
}

static bool has_value(const struct label_requirement *requirement, const char *value)
{
    array_for_each(candidate, &requirement->values) {
        if (text_equal(*candidate, value)) {
            return true;
        }
    }
    return false;
}

static bool parse_whole_number(const char *text, long long *out_number)
{
    char *end;

    if (text == NULL || text[0] == '\0' || strspn(text, "+-0123456789") != strlen(text)) {
        return false;
    }
    errno = 0;
    *out_number = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0';
}

static bool matches_number(const struct label_requirement *requirement, const char *value)
{
    long long number;
    long long bound;

    if (requirement->values.count != 1 || !parse_whole_number(value, &number) ||
        !parse_whole_number(requirement->values.items[0], &bound)) {
        return false;
    }
    enum label_operator relation = requirement->operator;
    return relation == LABEL_GREATER_THAN ? number > bound : number < bound;
}

static bool requirement_matches(const struct label_requirement *requirement, const char *value)
{
    switch (requirement->operator) {
    case LABEL_IN:
        return value != NULL && has_value(requirement, value);
    case LABEL_NOT_IN:
        return value == NULL || !has_value(requirement, value);
    case LABEL_EXISTS:
        return value != NULL;
    case LABEL_DOES_NOT_EXIST:
        return value == NULL;
    case LABEL_GREATER_THAN:
    case LABEL_LESS_THAN:
        return matches_number(requirement, value);
    }
    return false;
}

bool label_requirements_match(const struct label_requirement_list *list,
                              const struct string_map *labels)
{
    array_for_each(requirement, list) {
        if (!requirement_matches(requirement, string_map_find(labels, requirement->key))) {
            return false;
        }
    }
    return true;
}
