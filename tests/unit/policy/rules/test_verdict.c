/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/rules/verdict.h"

Test(verdict, is_replaced_whole)
{
    auto_verdict struct verdict verdict = {0};

    verdict_set(&verdict, VERDICT_WAITS, "full", "0 of 1 free");
    verdict_set(&verdict, VERDICT_INADMISSIBLE, "too large", NULL);
    cr_assert_eq(verdict.kind, VERDICT_INADMISSIBLE);
    cr_assert_str_eq(verdict.message, "too large");
    cr_assert_null(verdict.advice);
}

Test(verdict, may_be_set_to_its_own_texts)
{
    auto_verdict struct verdict verdict = {0};

    verdict_set(&verdict, VERDICT_WAITS, "full", "0 of 1 free");
    verdict_set(&verdict, VERDICT_WAITS, verdict.advice, verdict.message);
    cr_assert_str_eq(verdict.message, "0 of 1 free");
    cr_assert_str_eq(verdict.advice, "full");
}
