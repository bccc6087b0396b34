/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/manifest_text.h"

Test(inspection_links, tells_of_what_is_not_there)
{
    expect_of_file(FLAVOR("l4") NEXT QUEUE("main", "l5")
                       NEXT LOCAL_QUEUE("name: q, namespace: team", "mian")
                           NEXT LOCAL_QUEUE("name: r, namespace: else", "elsewhere"),
                   "a.yaml:11:16: spec.resourceGroups[0].flavors[0].name: there is no "
                   "ResourceFlavor 'l5' in these files: did you mean 'l4'?\n"
                   "a.yaml:16:8: spec.clusterQueue: there is no ClusterQueue 'mian' in these "
                   "files: did you mean 'main'?\n"
                   "a.yaml:21:8: spec.clusterQueue: there is no ClusterQueue 'elsewhere' in these "
                   "files: add it, or check its file as well\n");
}

Test(inspection_links, takes_flavors_to_be_elsewhere_where_no_file_has_any)
{
    expect_of_file(QUEUE("main", "l5"), "");
}

Test(inspection_links, takes_an_object_with_mistakes_for_present)
{
    expect_of_file(
        HEAD("ClusterQueue") "metadata: {name: main}\nspec: {stopPolicy: x}\n" NEXT LOCAL_QUEUE(
            "name: q", "main"),
        "a.yaml:4:8: spec.stopPolicy: must be None, Hold or HoldAndDrain, not 'x'\n");
}

#define DEFAULT "annotations: {kueue.x-k8s.io/default-queue: \"true\"}"

Test(inspection_links, tells_of_two_defaults_in_a_namespace)
{
    auto_inspection struct inspection inspection = {0};

    add_text(&inspection, "a.yaml",
             QUEUE("main", "l4") NEXT LOCAL_QUEUE("name: a, namespace: x, " DEFAULT, "main")
                 NEXT LOCAL_QUEUE("name: b, namespace: y, " DEFAULT, "main"));
    add_text(&inspection, "b.yaml",
             LOCAL_QUEUE("name: c, namespace: x, " DEFAULT, "main")
                 NEXT LOCAL_QUEUE("name: d, namespace: x", "main")
                     NEXT LOCAL_QUEUE("name: a, namespace: x, " DEFAULT, "main"));
    expect_remarks(&inspection,
                   "b.yaml:3:49: metadata.annotations[kueue.x-k8s.io/default-queue]: LocalQueue "
                   "'a' already is the default of this namespace: keep the annotation on one of "
                   "them\n"
                   "b.yaml:13:49: metadata.annotations[kueue.x-k8s.io/default-queue]: LocalQueue "
                   "'c' already is the default of this namespace: keep the annotation on one of "
                   "them\n");
}

Test(inspection_links, compares_queues_without_namespace_within_one_file)
{
    auto_inspection struct inspection inspection = {0};

    add_text(&inspection, "a.yaml",
             QUEUE("main", "l4") NEXT LOCAL_QUEUE("name: a, " DEFAULT, "main"));
    add_text(&inspection, "b.yaml", LOCAL_QUEUE("name: b, " DEFAULT, "main"));
    expect_remarks(&inspection, "");
}

Test(inspection_links, tells_of_an_object_that_is_there_twice)
{
    auto_inspection struct inspection inspection = {0};

    add_text(&inspection, "a.yaml", FLAVOR("l4") NEXT FLAVOR("l4"));
    add_text(&inspection, "overlay.yaml", FLAVOR("l4"));
    expect_remarks(&inspection,
                   "a.yaml:7:12: metadata.name: ResourceFlavor 'l4' is in this file twice\n");
}

#define CHECK(name) HEAD("AdmissionCheck") "metadata: {name: " name "}\nspec: {controllerName: a}\n"
#define CHECKED(checks) HEAD("ClusterQueue") "metadata: {name: main}\nspec: {" checks "}\n"

Test(inspection_links, tells_of_admission_checks_that_are_not_there)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {CHECK("budget") NEXT CHECKED("admissionChecks: [budget]"), ""},
        {CHECKED("admissionChecks: [budget]"), ""}, /* one file of several */
        {CHECK("budget") NEXT CHECKED("admissionChecks: [budget, budgte]"),
         "a.yaml:9:34: spec.admissionChecks[1]: there is no AdmissionCheck 'budgte' in these "
         "files: did you mean 'budget'?\n"},
        {FLAVOR("l4") NEXT CHECKED("admissionChecks: [budget]"),
         "a.yaml:8:26: spec.admissionChecks[0]: there is no AdmissionCheck 'budget' in these "
         "files: add it, or check its file as well\n"},
        {CHECK("budget")
             NEXT CHECKED("admissionChecksStrategy: {admissionChecks: [{name: budgte}]}"),
         "a.yaml:9:53: spec.admissionChecksStrategy.admissionChecks[0].name: there is no "
         "AdmissionCheck 'budgte' in these files: did you mean 'budget'?\n"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect_of_file(cases[i].text, cases[i].expected);
    }
}

#define CIRCLE(names)                                                                              \
    "Cohorts go in a circle, and no ClusterQueue below can admit anything: " names                 \
    "; remove one parentName\n"

Test(inspection_links, tells_of_cohorts_in_a_circle)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {COHORT("a", "parentName: b") NEXT COHORT("b", ""), ""},
        {COHORT("a", "parentName: b"), ""}, /* a parent needs no object */
        {COHORT("a", "parentName: a"), "a.yaml:4:8: spec.parentName: " CIRCLE("a -> a")},
        {COHORT("a", "parentName: b") NEXT COHORT("b", "parentName: a"),
         "a.yaml:9:8: spec.parentName: " CIRCLE("b -> a -> b")},
        {COHORT("b", "parentName: c") NEXT COHORT("a", "parentName: b")
             NEXT COHORT("c", "parentName: a") NEXT COHORT("d", "parentName: a"),
         "a.yaml:14:8: spec.parentName: " CIRCLE("c -> a -> b -> c")},
        {COHORT("d", "parentName: a") NEXT COHORT("a", "parentName: a")
             NEXT COHORT("e", "parentName: d"),
         "a.yaml:9:8: spec.parentName: " CIRCLE("a -> a")},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect_of_file(cases[i].text, cases[i].expected);
    }
}

Test(inspection_links, looks_for_the_flavors_of_cohorts)
{
    expect_of_file(FLAVOR("l4") NEXT COHORT(
                       "a", "resourceGroups: [{coveredResources: [cpu], flavors: [{name: l5, "
                            "resources: [{name: cpu, nominalQuota: 1}]}]}]"),
                   "a.yaml:8:62: spec.resourceGroups[0].flavors[0].name: there is no "
                   "ResourceFlavor 'l5' in these files: did you mean 'l4'?\n");
}
