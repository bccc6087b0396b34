/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/label_selector.h"

#include <string.h>

#include "policy/objects/field.h"
#include "policy/objects/syntax.h"

enum { EXPRESSIONS_MAX = 256, VALUES_MAX = 1024 };

static const char *const selector_fields[] = {"matchLabels", "matchExpressions", NULL};
static const char *const expression_fields[] = {"key", "operator", "values", NULL};
static const char *const operators[] = {"In", "NotIn", "Exists", "DoesNotExist", NULL};

void label_selector_release(struct label_selector *selector)
{
    string_map_release(&selector->match_labels);
    label_requirement_list_release(&selector->match_expressions);
    memset(selector, 0, sizeof *selector);
}

static void read_match_labels(const struct field *selector, struct string_map *out_labels)
{
    auto_field struct field field = field_get(selector, "matchLabels");

    field_string_map(&field, out_labels);
    for (size_t i = 0; i < out_labels->count; i++) {
        auto_field struct field entry = field_get(&field, out_labels->pairs[i].key);
        if (!syntax_is_qualified_name(out_labels->pairs[i].key)) {
            field_fault(&entry, "'%.80s' is no label key", out_labels->pairs[i].key);
        }
        if (!syntax_is_label_value(out_labels->pairs[i].value)) {
            field_fault(&entry, "'%.80s' is no label value", out_labels->pairs[i].value);
        }
    }
}

static void read_values(const struct field *expression, struct label_requirement *requirement)
{
    auto_field struct field field = field_get(expression, "values");
    size_t count = field_count(&field, VALUES_MAX);
    enum label_operator relation = requirement->operator;
    bool needs_values = relation == LABEL_IN || relation == LABEL_NOT_IN;

    for (size_t i = 0; i < count; i++) {
        auto_field struct field item = field_item(&field, i);
        const char *value = field_text(&item);
        if (value != NULL) {
            array_append(&requirement->values, memory_copy_text(value));
        }
    }
    if (needs_values && count == 0) {
        field_fault(&field, "must name at least one value for operator %s", operators[relation]);
    } else if (!needs_values && count > 0) {
        field_fault(&field, "must be absent for operator %s", operators[relation]);
    }
}

static void read_expression(const struct field *expression, struct label_requirement_list *list)
{
    auto_field struct field key_field = field_get(expression, "key");
    auto_field struct field operator_field = field_get(expression, "operator");

    field_expect_names(expression, expression_fields);
    const char *key = field_required_text(&key_field);
    int relation = field_choice(&operator_field, operators, -1);
    if (operator_field.value == NULL) {
        field_fault(&operator_field, "is missing: In, NotIn, Exists or DoesNotExist");
    }
    if (key == NULL || relation < 0) {
        return;
    }
    if (!syntax_is_qualified_name(key)) {
        field_fault(&key_field, "'%.80s' is no label key", key);
    }
    struct label_requirement requirement = {
        memory_copy_text(key), (enum label_operator)relation, {0}};
    read_values(expression, &requirement);
    array_append(list, requirement);
}

bool label_selector_decode(const json_t *selector, const char *path, struct findings *findings,
                           struct label_selector *out_selector)
{
    struct decoding decoding = {.findings = findings};
    auto_field struct field field = field_root(&decoding, selector, path);
    struct label_selector decoded = {.is_present = field.value != NULL};

    if (field_is_object(&field)) {
        auto_field struct field expressions = field_get(&field, "matchExpressions");
        size_t count = field_count(&expressions, EXPRESSIONS_MAX);
        field_expect_names(&field, selector_fields);
        read_match_labels(&field, &decoded.match_labels);
        for (size_t i = 0; i < count; i++) {
            auto_field struct field item = field_item(&expressions, i);
            if (field_is_object(&item)) {
                read_expression(&item, &decoded.match_expressions);
            }
        }
    }
    if (decoding.has_mistake) {
        label_selector_release(&decoded);
        return false;
    }
    *out_selector = decoded;
    return true;
}

bool label_selector_matches(const struct label_selector *selector, const struct string_map *labels)
{
    return selector->is_present && string_map_contains(labels, &selector->match_labels) &&
           label_requirements_match(&selector->match_expressions, labels);
}
