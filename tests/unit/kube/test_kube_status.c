/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "webhook/kube/kube_status.h"

#define REASON(text) "{\"kind\":\"Status\",\"reason\":\"" text "\",\"message\":\"said\"}"

Test(kube_status, says_what_an_answer_means)
{
    static const struct {
        int status;
        int retry_after_seconds;
        const char *body;
        enum kube_outcome outcome;
    } cases[] = {
        {200, 0, "{}", KUBE_DONE},
        {201, 0, "{}", KUBE_DONE},
        {202, 0, "", KUBE_DONE},
        {302, 0, "", KUBE_REFUSED},
        {400, 0, REASON("BadRequest"), KUBE_REFUSED},
        {401, 0, REASON("Unauthorized"), KUBE_REFUSED},
        {403, 0, REASON("Forbidden"), KUBE_REFUSED},
        {404, 0, REASON("NotFound"), KUBE_NOT_FOUND},
        {404, 0, "404 page not found\n", KUBE_NOT_FOUND},
        {408, 0, "", KUBE_UNKNOWN},
        {409, 0, REASON("Conflict"), KUBE_CONFLICT},
        {409, 0, REASON("AlreadyExists"), KUBE_ALREADY_EXISTS},
        {409, 0, "", KUBE_CONFLICT},
        {410, 0, REASON("Expired"), KUBE_REFUSED},
        {422, 0, REASON("Invalid"), KUBE_REFUSED},
        {429, 1, REASON("TooManyRequests"), KUBE_RETRY},
        {429, 0, "", KUBE_RETRY},
        {500, 0, REASON("InternalError"), KUBE_UNKNOWN},
        {500, 0, REASON("ServerTimeout"), KUBE_UNKNOWN},
        {502, 0, "<html>", KUBE_UNKNOWN},
        {503, 0, REASON("ServiceUnavailable"), KUBE_RETRY},
        {503, 1, "", KUBE_RETRY},
        {503, 0, "upstream connect error or disconnect/reset", KUBE_UNKNOWN},
        {503, 0, REASON("Timeout"), KUBE_UNKNOWN},
        {504, 0, REASON("Timeout"), KUBE_UNKNOWN},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct kube_answer answer = {.status = cases[i].status,
                                     .retry_after_seconds = cases[i].retry_after_seconds};
        kube_status_read(&answer, (struct text_view){cases[i].body, strlen(cases[i].body)});
        cr_assert_eq(answer.outcome, cases[i].outcome, "%d %s: %s", cases[i].status, cases[i].body,
                     kube_outcome_name(answer.outcome));
    }
}

Test(kube_status, passes_on_the_words_of_the_server)
{
    struct kube_answer answer = {.status = 403};
    static const char body[] = REASON("Forbidden");

    kube_status_read(&answer, (struct text_view){body, sizeof body - 1});
    cr_assert_str_eq(answer.message, "said");
}

Test(kube_status, has_words_of_its_own_where_the_server_has_none)
{
    struct kube_answer answer = {.status = 502};

    kube_status_read(&answer, (struct text_view){"<html>", 6});
    cr_assert_str_eq(answer.message, "the server answered with status 502");
}

Test(kube_status, reads_how_long_to_wait)
{
    struct kube_answer answer = {.status = 429};
    static const char body[] = "{\"details\":{\"retryAfterSeconds\":5}}";

    kube_status_read(&answer, (struct text_view){body, sizeof body - 1});
    cr_assert_eq(answer.retry_after_seconds, 5);
}
