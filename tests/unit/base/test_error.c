/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/error.h"

Test(error, carries_a_code_and_a_message)
{
    struct error error = {0};

    cr_assert_not(error_set(&error, ERROR_CONFLICT, "'%s' is at %d", "pod", 7));
    cr_assert_eq(error.code, ERROR_CONFLICT);
    cr_assert_str_eq(error.message, "'pod' is at 7");
}

Test(error, puts_context_before_the_cause_and_keeps_the_code)
{
    struct error error = {0};

    error_set(&error, ERROR_NOT_FOUND, "no such file");
    cr_assert_not(error_wrap(&error, "loading '%s'", "a.yaml"));
    cr_assert_eq(error.code, ERROR_NOT_FOUND);
    cr_assert_str_eq(error.message, "loading 'a.yaml': no such file");
}

Test(error, may_be_ignored_by_passing_null)
{
    cr_assert_not(error_set(NULL, ERROR_INVALID, "nobody listens"));
    cr_assert_not(error_wrap(NULL, "nobody"));
}

Test(error, cuts_what_is_too_long)
{
    struct error error = {0};
    char long_text[2 * sizeof error.message];

    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    error_set(&error, ERROR_INVALID, "%s", long_text);
    cr_assert_eq(strlen(error.message), sizeof error.message - 1);
    error_wrap(&error, "short");
    cr_assert_eq(strlen(error.message), sizeof error.message - 1);
    cr_assert_eq(strncmp(error.message, "short: xxx", 10), 0);
    error_wrap(&error, "%s", long_text);
    cr_assert_eq(strlen(error.message), sizeof error.message - 1);
}
