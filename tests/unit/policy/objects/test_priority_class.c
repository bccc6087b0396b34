/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/priority_class.h"
#include "tests/unit/policy/objects/mistakes.h"
#include "tests/unit/policy/yaml_text.h"

#define KUBERNETES "apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, "
#define KUEUE "apiVersion: kueue.x-k8s.io/v1beta1, kind: WorkloadPriorityClass, "

Test(priority_class, decodes_both_kinds)
{
    static const struct {
        const char *yaml;
        int32_t value;
        bool is_global_default;
    } cases[] = {
        {"{" KUBERNETES "metadata: {name: a}, value: 100, globalDefault: true, description: text, "
         "preemptionPolicy: Never}",
         100, true},
        {"{" KUBERNETES "metadata: {name: a}, value: -2147483648}", INT32_MIN, false},
        {"{" KUBERNETES "metadata: {name: a}, value: 1000000000}", 1000000000, false},
        {"{" KUBERNETES "metadata: {name: system-node-critical}, value: 2000001000}", 2000001000,
         false},
        {"{" KUEUE "metadata: {name: a}, value: 2147483647, description: text}", INT32_MAX, false},
        {"{" KUEUE "metadata: {name: a}, value: 0}", 0, false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct priority_class *class = NULL;
        json_auto_t *value = yaml_text(cases[i].yaml);
        cr_assert(priority_class_decode(value, &findings, &class), "%s", print_findings(&findings));
        cr_assert_eq(findings.count, 0, "%s", print_findings(&findings));
        cr_assert_eq(class->value, cases[i].value);
        cr_assert_eq(class->is_global_default, cases[i].is_global_default);
        cr_assert_not_null(class->name);
        priority_class_destroy(class);
    }
    priority_class_destroy(NULL);
}

Test(priority_class, tells_of_mistakes)
{
    static const struct {
        const char *yaml;
        const char *path;
        const char *words;
    } cases[] = {
        {"{" KUEUE "value: 1}", "metadata.name", "is missing"},
        {"{" KUEUE "metadata: {name: a}}", "value", "add the line 'value: 0' with your number"},
        {"{" KUEUE "metadata: {name: a}, value: '1'}", "value", "must be a whole number"},
        {"{" KUEUE "metadata: {name: a}, value: 1.5}", "value", "must be a whole number"},
        {"{" KUEUE "metadata: {name: a}, value: 2147483648}", "value",
         "must be from -2147483648 to 2147483647"},
        {"{" KUEUE "metadata: {name: a}, value: 1, description: 5}", "description", "in quotes"},
        {"{" KUBERNETES "metadata: {name: a}, value: 1000000001}", "value",
         "must be at most 1000000000"},
        {"{" KUBERNETES "metadata: {name: a}, value: 1, globalDefault: 'yes'}", "globalDefault",
         "must be true or false"},
        {"{" KUBERNETES "metadata: {name: a}, value: 1, preemptionPolicy: Always}",
         "preemptionPolicy", "must be PreemptLowerPriority or Never"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct priority_class *class = NULL;
        json_auto_t *value = yaml_text(cases[i].yaml);
        cr_assert_not(priority_class_decode(value, &findings, &class), "%s", cases[i].yaml);
        cr_assert(has_finding(&findings, cases[i].path, cases[i].words), "%s",
                  print_findings(&findings));
        cr_assert_null(class);
    }
}

Test(priority_class, keeps_the_value_beside_the_metadata)
{
    json_auto_t *value = yaml_text("{" KUEUE "metadata: {name: a}, value: 1, globalDefault: true, "
                                   "spec: {value: 5}}");
    auto_findings struct findings findings = {0};
    struct priority_class *class = NULL;

    cr_assert(priority_class_decode(value, &findings, &class));
    cr_assert(has_finding(&findings, "globalDefault", "unknown field"));
    cr_assert(has_finding(&findings, "spec", "unknown field"));
    cr_assert_eq(class->value, 1);
    cr_assert_not(class->is_global_default);
    priority_class_destroy(class);
}
