/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/quota_trial.h"

#if defined(__SANITIZE_ADDRESS__)
enum { STATES = 50000 };
#else
enum { STATES = 1000000 };
#endif

static const uint64_t fixed_seed = 20260101;

static uint64_t first_seed(void)
{
    const char *text = getenv("SEED");

    return text != NULL ? strtoull(text, NULL, 10) : fixed_seed;
}

static bool differs(const struct quota_case *played)
{
    auto_free char *difference = quota_trial_run(played, TRIAL_EVERYWHERE).difference;

    return difference != NULL;
}

/* The smallest case that still differs when all is compared after each step. Owned. */
static char *explain(struct quota_case *failing, const char *difference)
{
    auto_free char *least = NULL;
    auto_free char *shown = NULL;

    if (differs(failing)) {
        quota_case_shrink(failing, differs);
        least = quota_trial_run(failing, TRIAL_EVERYWHERE).difference;
    }
    shown = quota_case_format(failing);
    return text_format("%s%s", least != NULL ? least : difference, shown);
}

Test(quota_oracle, agrees_in_a_million_random_states)
{
    size_t states = 0;

    for (uint64_t seed = first_seed(); states < STATES; seed++) {
        auto_quota_case struct quota_case random = {0};

        quota_case_init(&random, seed);
        struct trial_outcome outcome = quota_trial_run(&random, TRIAL_SOMEWHERE);
        auto_free char *difference = outcome.difference;
        if (difference != NULL) {
            auto_free char *explanation = explain(&random, difference);
            cr_assert_fail("SEED=%lu: %s", seed, explanation);
        }
        states += outcome.states;
    }
}

/* So that a real difference would be shown well. */

static bool takes_too_much(const struct quota_case *played)
{
    int64_t gpus = 0;

    array_for_each(step, &played->steps) {
        if (step->gives_back == 0 && text_equal(step->queue, "a")) {
            gpus += step->gpu;
        }
    }
    return gpus >= 6;
}

Test(quota_oracle, shrinks_a_case_to_what_it_fails_by)
{
    auto_quota_case struct quota_case random = {0};

    quota_case_init(&random, fixed_seed);
    cr_assert(takes_too_much(&random));
    quota_case_shrink(&random, takes_too_much);
    cr_assert_leq(random.steps.count, 3);
    cr_assert_eq(random.owners.count, 0);
    cr_assert_eq(random.quotas.count, 0);
}

Test(quota_oracle, makes_the_same_case_of_the_same_seed)
{
    auto_quota_case struct quota_case first = {0};
    auto_quota_case struct quota_case second = {0};
    auto_quota_case struct quota_case other = {0};

    quota_case_init(&first, 7);
    quota_case_init(&second, 7);
    quota_case_init(&other, 8);
    auto_free char *first_text = quota_case_format(&first);
    auto_free char *second_text = quota_case_format(&second);
    auto_free char *other_text = quota_case_format(&other);
    cr_assert_str_eq(first_text, second_text);
    cr_assert_str_neq(first_text, other_text);
}
