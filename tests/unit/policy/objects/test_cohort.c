/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/cohort.h"
#include "tests/unit/policy/objects/mistakes.h"
#include "tests/unit/policy/yaml_text.h"

static struct cohort *decode(const char *yaml)
{
    json_auto_t *value = yaml_text(yaml);
    auto_findings struct findings findings = {0};
    struct cohort *cohort = NULL;

    cr_assert(cohort_decode(value, &findings, &cohort), "%s", print_findings(&findings));
    cr_assert_eq(findings.count, 0, "%s", print_findings(&findings));
    return cohort;
}

Test(cohort, decodes_every_field)
{
    struct cohort *cohort =
        decode("apiVersion: kueue.x-k8s.io/v1beta1\n"
               "kind: Cohort\n"
               "metadata: {name: research}\n"
               "spec:\n"
               "  parentName: company\n"
               "  fairSharing: {weight: \"0.5\"}\n"
               "  resourceGroups:\n"
               "  - coveredResources: [nvidia.com/gpu]\n"
               "    flavors:\n"
               "    - name: a100\n"
               "      resources:\n"
               "      - {name: nvidia.com/gpu, nominalQuota: 2, borrowingLimit: 4, lendingLimit: "
               "9}\n");

    cr_assert_str_eq(cohort->name, "research");
    cr_assert_str_eq(cohort->parent_name, "company");
    cr_assert_eq(cohort->fair_weight_milli, 500);
    const struct flavor_quota *quota = &cohort->resource_groups.items[0].flavors.items[0];
    cr_assert_eq(resources_get(&quota->nominal, "nvidia.com/gpu"), 2);
    cr_assert_eq(resources_get(&quota->borrowing_limit, "nvidia.com/gpu"), 4);
    cr_assert_eq(resources_get(&quota->lending_limit, "nvidia.com/gpu"), 9,
                 "of a Cohort not bounded by what it has itself");
    cohort_destroy(cohort);
    cohort_destroy(NULL);
}

Test(cohort, needs_nothing_but_a_name)
{
    static const char *const texts[] = {
        "{metadata: {name: a}}",
        "{metadata: {name: a}, spec: {}}",
        "{metadata: {name: a}, spec: {parentName: ''}}",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        struct cohort *cohort = decode(texts[i]);
        cr_assert_null(cohort->parent_name);
        cr_assert_eq(cohort->resource_groups.count, 0);
        cr_assert_eq(cohort->fair_weight_milli, 1000);
        cohort_destroy(cohort);
    }
}

#define LIMIT(spec, limit)                                                                         \
    "{metadata: {name: a}, spec: {" spec                                                           \
    "resourceGroups: [{coveredResources: [cpu], flavors: [{name: f, resources: [{name: cpu, "      \
    "nominalQuota: 1, " limit "}]}]}]}}"

Test(cohort, tells_of_mistakes)
{
    static const struct {
        const char *yaml;
        const char *path;
        const char *words;
    } cases[] = {
        {"{spec: {}}", "metadata.name", "is missing"},
        {"{metadata: {name: a}, spec: {parentName: A}}", "spec.parentName", "'A' is no name"},
        {"{metadata: {name: a}, spec: {parentName: 7}}", "spec.parentName", "in quotes"},
        {"{metadata: {name: a}, spec: {resourceGroups: [{}]}}",
         "spec.resourceGroups[0].coveredResources", "is missing"},
        {LIMIT("", "borrowingLimit: 1"),
         "spec.resourceGroups[0].flavors[0].resources[0].borrowingLimit", "needs parentName"},
        {LIMIT("", "lendingLimit: 1"),
         "spec.resourceGroups[0].flavors[0].resources[0].lendingLimit", "needs parentName"},
        {LIMIT("parentName: b, ", "lendingLimit: -1"),
         "spec.resourceGroups[0].flavors[0].resources[0].lendingLimit", "'-1' is negative"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct cohort *cohort = NULL;
        json_auto_t *value = yaml_text(cases[i].yaml);
        cr_assert_not(cohort_decode(value, &findings, &cohort), "%s", cases[i].yaml);
        cr_assert(has_finding(&findings, cases[i].path, cases[i].words), "%s",
                  print_findings(&findings));
        cr_assert_null(cohort);
    }
}

Test(cohort, knows_no_other_fields)
{
    json_auto_t *value = yaml_text("{metadata: {name: a}, spec: {parent: b, parentNam: c}}");
    auto_findings struct findings findings = {0};
    struct cohort *cohort = NULL;

    cr_assert(cohort_decode(value, &findings, &cohort));
    cr_assert(has_finding(&findings, "spec.parent", "unknown field 'parent'"));
    cr_assert(has_finding(&findings, "spec.parentNam", "did you mean 'parentName'"));
    cohort_destroy(cohort);
}
