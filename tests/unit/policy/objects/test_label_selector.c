/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/label_selector.h"
#include "tests/unit/policy/objects/mistakes.h"
#include "tests/unit/policy/yaml_text.h"

Test(label_selector, selects_by_labels_and_expressions)
{
    static const struct {
        const char *yaml; /* NULL: absent */
        bool is_match;
    } cases[] = {
        {NULL, false},
        {"{}", true},
        {"{matchLabels: {kueue.openshift.io/managed: 'true'}}", true},
        {"{matchLabels: {kueue.openshift.io/managed: 'false'}}", false},
        {"{matchLabels: {team: a}, matchExpressions: [{key: team, operator: In, values: [a]}]}",
         true},
        {"{matchLabels: {team: a}, matchExpressions: [{key: team, operator: Exists}, {key: x, "
         "operator: Exists}]}",
         false},
        {"{matchExpressions: [{key: x, operator: DoesNotExist}]}", true},
    };
    auto_string_map struct string_map labels = {0};

    string_map_set(&labels, "kueue.openshift.io/managed", "true");
    string_map_set(&labels, "team", "a");
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct label_selector selector = {0};
        json_auto_t *value = cases[i].yaml != NULL ? yaml_text(cases[i].yaml) : NULL;
        cr_assert(label_selector_decode(value, "s", NULL, &selector));
        cr_assert_eq(label_selector_matches(&selector, &labels), cases[i].is_match, "case %zu", i);
        label_selector_release(&selector);
    }
}

Test(label_selector, takes_null_for_absent)
{
    struct label_selector selector = {0};
    json_auto_t *value = json_null();

    cr_assert(label_selector_decode(value, "s", NULL, &selector));
    cr_assert_not(selector.is_present);
}

Test(label_selector, tells_of_mistakes)
{
    static const struct {
        const char *yaml;
        const char *path;
        const char *words;
    } cases[] = {
        {"[]", "s", "must be an object"},
        {"{matchLabels: {a: true}}", "s.matchLabels.a", "put it in quotes"},
        {"{matchLabels: {'a b': x}}", "s.matchLabels[a b]", "is no label key"},
        {"{matchLabels: {a: 'x y'}}", "s.matchLabels.a", "is no label value"},
        {"{matchExpressions: [{operator: Exists}]}", "s.matchExpressions[0].key", "is missing"},
        {"{matchExpressions: [{key: a}]}", "s.matchExpressions[0].operator", "is missing"},
        {"{matchExpressions: [{key: a, operator: Gt, values: ['1']}]}",
         "s.matchExpressions[0].operator", "must be In, NotIn, Exists or DoesNotExist"},
        {"{matchExpressions: [{key: a, operator: In}]}", "s.matchExpressions[0].values",
         "at least one value"},
        {"{matchExpressions: [{key: a, operator: Exists, values: [x]}]}",
         "s.matchExpressions[0].values", "must be absent"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct label_selector selector = {0};
        json_auto_t *value = yaml_text(cases[i].yaml);
        cr_assert_not(label_selector_decode(value, "s", &findings, &selector), "%s", cases[i].yaml);
        cr_assert(has_finding(&findings, cases[i].path, cases[i].words), "%s",
                  print_findings(&findings));
    }
}

Test(label_selector, tells_of_unknown_fields_and_goes_on)
{
    auto_findings struct findings findings = {0};
    struct label_selector selector = {0};
    json_auto_t *value = yaml_text("{matchLabel: {a: x}}");

    cr_assert(label_selector_decode(value, "s", &findings, &selector));
    cr_assert(has_finding(&findings, "s.matchLabel", "did you mean 'matchLabels'"));
    label_selector_release(&selector);
}
