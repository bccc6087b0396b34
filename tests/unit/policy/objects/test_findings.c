/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/findings.h"

Test(findings, keeps_the_path_and_the_message)
{
    auto_findings struct findings findings = {0};

    cr_assert_not(findings_add(&findings, FINDING_MISTAKE, "spec.name", "'%s' is wrong", "x"));
    cr_assert_eq(findings.count, 1);
    cr_assert_str_eq(findings.items[0].path, "spec.name");
    cr_assert_str_eq(findings.items[0].message, "'x' is wrong");
}

Test(findings, finds_the_first_mistake_behind_unknown_fields)
{
    auto_findings struct findings findings = {0};

    cr_assert_null(findings_first_mistake(&findings));
    findings_add(&findings, FINDING_UNKNOWN_FIELD, "a", "unknown");
    cr_assert_null(findings_first_mistake(&findings));
    findings_add(&findings, FINDING_MISTAKE, "b", "first");
    findings_add(&findings, FINDING_MISTAKE, "c", "second");
    cr_assert_str_eq(findings_first_mistake(&findings)->path, "b");
}

Test(findings, may_go_nowhere)
{
    cr_assert_not(findings_add(NULL, FINDING_MISTAKE, "a", "lost"));
}
