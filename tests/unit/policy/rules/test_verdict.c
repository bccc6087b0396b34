/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/text.h"
#include "policy/rules/verdict.h"

Test(verdict, is_replaced_whole)
{
    auto_verdict struct verdict verdict = {0};

    verdict_set(&verdict, VERDICT_WAITS, "WaitingForQuota", "full", "0 of 1 free");
    verdict_set(&verdict, VERDICT_INADMISSIBLE, "ExceedsMaxQuota", "too large", NULL);
    cr_assert_eq(verdict.kind, VERDICT_INADMISSIBLE);
    cr_assert_str_eq(verdict.reason, "ExceedsMaxQuota");
    cr_assert_str_eq(verdict.message, "too large");
    cr_assert_null(verdict.advice);
}

Test(verdict, may_be_set_to_its_own_texts)
{
    auto_verdict struct verdict verdict = {0};

    verdict_set(&verdict, VERDICT_WAITS, "WaitingForQuota", "full", "0 of 1 free");
    verdict_set(&verdict, VERDICT_WAITS, verdict.reason, verdict.advice, verdict.message);
    cr_assert_str_eq(verdict.message, "0 of 1 free");
    cr_assert_str_eq(verdict.advice, "full");
}

Test(verdict, is_copied_with_its_texts)
{
    auto_verdict struct verdict verdict = {0};
    auto_verdict struct verdict copy = {0};

    verdict_set(&verdict, VERDICT_WAITS, "NoPlace", "full", NULL);
    verdict_copy(&verdict, &copy);
    verdict_set(&verdict, VERDICT_FITS, NULL, NULL, NULL);
    cr_assert_eq(copy.kind, VERDICT_WAITS);
    cr_assert_str_eq(copy.reason, "NoPlace");
    cr_assert_str_eq(copy.message, "full");
    cr_assert_null(copy.advice);
}

Test(verdict, takes_its_words_from_shortages)
{
    auto_verdict struct verdict verdict = {0};
    auto_shortages struct shortages shortages = {0};

    verdict_set(&verdict, VERDICT_INADMISSIBLE, "ExceedsMaxQuota", "too large", NULL);
    array_append(&shortages, ((struct shortage){
                                 .kind = SHORTAGE_MISMATCH,
                                 .detail = memory_copy_text("flavor f not found"),
                             }));
    verdict_set_shortages(&verdict, VERDICT_INADMISSIBLE, "NoMatchingFlavor", &shortages);
    cr_assert_str_eq(verdict.reason, "NoMatchingFlavor");
    cr_assert_str_eq(verdict.message, "flavor f not found");
    cr_assert_null(verdict.advice);
}

Test(verdict, has_the_reason_that_is_nearest_to_being_mended)
{
    static const struct {
        enum verdict_kind kind;
        enum shortage_kind shortages[3];
        size_t count;
        const char *reason; /* NULL: none */
    } cases[] = {
        {VERDICT_WAITS, {SHORTAGE_QUOTA}, 1, "WaitingForQuota"},
        {VERDICT_WAITS, {SHORTAGE_PLACE}, 1, "NoPlace"},
        {VERDICT_WAITS, {SHORTAGE_QUOTA, SHORTAGE_PLACE}, 2, "NoPlace"},
        {VERDICT_WAITS, {SHORTAGE_MAXIMUM, SHORTAGE_QUOTA}, 2, "WaitingForQuota"},
        {VERDICT_INADMISSIBLE, {SHORTAGE_MISMATCH}, 1, "NoMatchingFlavor"},
        {VERDICT_INADMISSIBLE, {SHORTAGE_MISMATCH, SHORTAGE_MAXIMUM}, 2, "ExceedsMaxQuota"},
        {VERDICT_INADMISSIBLE, {SHORTAGE_MAXIMUM, SHORTAGE_TOO_LARGE}, 2, "NodeTooSmall"},
        {VERDICT_INADMISSIBLE, {SHORTAGE_TOO_LARGE, SHORTAGE_NO_NODES}, 2, "NoReadyNodes"},
        {VERDICT_INADMISSIBLE,
         {SHORTAGE_QUOTA, SHORTAGE_NO_NODES, SHORTAGE_UNCOVERED},
         3,
         "Misconfigured"},
        {VERDICT_FITS, {SHORTAGE_QUOTA}, 1, NULL},
        {VERDICT_WAITS, {SHORTAGE_MISMATCH}, 1, NULL},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_shortages struct shortages shortages = {0};
        array_append(&shortages, ((struct shortage){.kind = SHORTAGE_PLACE}));
        array_append(&shortages, ((struct shortage){.kind = SHORTAGE_UNCOVERED}));
        size_t first = shortages.count;
        for (size_t j = 0; j < cases[i].count; j++) {
            array_append(&shortages, ((struct shortage){.kind = cases[i].shortages[j]}));
        }
        const char *reason = verdict_reason(cases[i].kind, &shortages, first);
        cr_assert(text_equal(reason, cases[i].reason), "%zu: %s", i, reason);
    }
}
