/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/admission_check.h"
#include "tests/unit/policy/objects/mistakes.h"
#include "tests/unit/policy/yaml_text.h"

#define CHECK(fields)                                                                              \
    "{metadata: {name: budget}, spec: {controllerName: example.com/budget}, " fields "}"

Test(admission_check, is_active_if_its_condition_says_so)
{
    static const struct {
        const char *yaml;
        bool is_active;
    } cases[] = {
        {CHECK(""), false},
        {CHECK("status: {}"), false},
        {CHECK("status: 5"), false},
        {CHECK("status: {conditions: [{type: Ready, status: 'True'}]}"), false},
        {CHECK("status: {conditions: [{type: Active, status: 'False'}]}"), false},
        {CHECK("status: {conditions: [{type: Active, status: Unknown}]}"), false},
        {CHECK("status: {conditions: [5, {type: Other, status: 'False'}, {type: Active, status: "
               "'True'}]}"),
         true},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct admission_check *check = NULL;
        json_auto_t *value = yaml_text(cases[i].yaml);
        cr_assert(admission_check_decode(value, &findings, &check), "%s",
                  print_findings(&findings));
        cr_assert_eq(check->is_active, cases[i].is_active, "%s", cases[i].yaml);
        cr_assert_str_eq(check->name, "budget");
        cr_assert_str_eq(check->controller_name, "example.com/budget");
        admission_check_destroy(check);
    }
    admission_check_destroy(NULL);
}

Test(admission_check, takes_every_field_of_kueue)
{
    json_auto_t *value = yaml_text(
        "{metadata: {name: a}, spec: {controllerName: kueue.x-k8s.io/provisioning-request, "
        "retryDelayMinutes: 15, parameters: {apiGroup: kueue.x-k8s.io, kind: "
        "ProvisioningRequestConfig, name: b}}}");
    auto_findings struct findings findings = {0};
    struct admission_check *check = NULL;

    cr_assert(admission_check_decode(value, &findings, &check));
    cr_assert_eq(findings.count, 0, "%s", print_findings(&findings));
    admission_check_destroy(check);
}

Test(admission_check, tells_of_mistakes)
{
    static const struct {
        const char *yaml;
        const char *path;
        const char *words;
    } cases[] = {
        {"{metadata: {}, spec: {controllerName: a}}", "metadata.name", "is missing"},
        {"{metadata: {name: a}}", "spec.controllerName", "is missing: name the controller"},
        {"{metadata: {name: a}, spec: {controllerName: ''}}", "spec.controllerName", "is empty"},
        {"{metadata: {name: a}, spec: {controllerName: 5}}", "spec.controllerName", "in quotes"},
        {"{metadata: {name: a}, spec: {controllerName: a, parameters: {kind: b, name: c}}}",
         "spec.parameters.apiGroup", "is missing"},
        {"{metadata: {name: a}, spec: {controllerName: a, parameters: []}}", "spec.parameters",
         "must be an object"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct admission_check *check = NULL;
        json_auto_t *value = yaml_text(cases[i].yaml);
        cr_assert_not(admission_check_decode(value, &findings, &check), "%s", cases[i].yaml);
        cr_assert(has_finding(&findings, cases[i].path, cases[i].words), "%s",
                  print_findings(&findings));
        cr_assert_null(check);
    }
}
