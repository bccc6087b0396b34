/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/review.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "webhook/admission/json_bounds.h"

#define ENVELOPE(request)                                                                          \
    "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":" request "}"
#define REQUEST(more)                                                                              \
    ENVELOPE(                                                                                      \
        "{\"uid\":\"u-1\",\"kind\":{\"group\":\"batch\",\"version\":\"v1\",\"kind\":\"Job\"},"     \
        "\"namespace\":\"private-ai\",\"userInfo\":{\"username\":\"alice\",\"groups\":"            \
        "[\"team-red\",\"system:authenticated\"]}," more "}")

static struct text_view view_of(const char *text)
{
    return (struct text_view){text, strlen(text)};
}

Test(review, reads_what_the_rules_need)
{
    auto_review struct review review = {0};
    const char *body =
        REQUEST("\"operation\":\"UPDATE\",\"subResource\":\"resize\",\"object\":{\"a\":1},"
                "\"oldObject\":{\"a\":0},\"dryRun\":true");

    cr_assert(review_parse(view_of(body), &review, NULL));
    cr_expect_str_eq(review.uid, "u-1");
    cr_expect_str_eq(review.group, "batch");
    cr_expect_str_eq(review.kind, "Job");
    cr_expect_str_eq(review.subresource, "resize");
    cr_expect_str_eq(review.namespace_name, "private-ai");
    cr_expect_str_eq(review.username, "alice");
    cr_expect_eq(review.operation, OPERATION_UPDATE);
    cr_expect_eq(json_integer_value(json_object_get(review.object, "a")), 1);
    cr_expect_eq(json_integer_value(json_object_get(review.old_object, "a")), 0);
    cr_expect(review.is_dry_run);
    cr_expect(review_user_is_in(&review, "team-red"));
    cr_expect_not(review_user_is_in(&review, "system:masters"));
    cr_expect_str_eq(review_operation_name(&review), "UPDATE");
}

Test(review, takes_null_for_absent)
{
    auto_review struct review review = {0};
    const char *body = REQUEST("\"operation\":\"DELETE\",\"object\":null,\"oldObject\":null");

    cr_assert(review_parse(view_of(body), &review, NULL));
    cr_expect_null(review.object);
    cr_expect_null(review.old_object);
    cr_expect_not(review.is_dry_run);
    cr_expect_str_eq(review.subresource, "");
}

Test(review, reads_an_integer_beyond_64_bits_as_a_real)
{
    auto_review struct review review = {0};
    const char *body =
        REQUEST("\"operation\":\"CREATE\",\"object\":{\"gpus\":9223372036854775808}");

    cr_assert(review_parse(view_of(body), &review, NULL));
    cr_expect(json_is_real(json_object_get(review.object, "gpus")));
}

Test(review, keeps_a_nul_inside_a_text)
{
    auto_review struct review review = {0};
    const char *body = REQUEST("\"operation\":\"CREATE\",\"object\":{\"note\":\"a\\u0000b\"}");

    cr_assert(review_parse(view_of(body), &review, NULL));
    cr_expect_eq(json_string_length(json_object_get(review.object, "note")), 3);
}

Test(review, refuses_what_is_none_with_one_sentence)
{
    static const struct {
        const char *body;
        const char *sentence;
    } cases[] = {
        {"", "the body is empty"},
        {"{", "the body is not JSON"},
        {"{} {}", "the body is not JSON"},
        {"{\"a\":1,\"a\":2}", "the body has a duplicate key"},
        {"{}", "the body is not an AdmissionReview of admission.k8s.io/v1"},
        {ENVELOPE("null"), "the AdmissionReview has no request"},
        {ENVELOPE("{}"), "request.operation must be CREATE, UPDATE, DELETE or CONNECT"},
        {ENVELOPE("{\"operation\":\"DELETE\"}"), "request.uid is missing"},
        {ENVELOPE("{\"operation\":\"DELETE\",\"uid\":\"u\"}"), "request.kind.kind is missing"},
        {ENVELOPE("{\"operation\":\"DELETE\",\"uid\":\"u\",\"kind\":{\"kind\":\"Pod\"}}"),
         "request.userInfo.username is missing"},
        {REQUEST("\"operation\":\"CREATE\""), "request.object is missing"},
        {REQUEST("\"operation\":\"UPDATE\",\"object\":{}"), "request.oldObject is missing"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct review review = {0};
        struct error error;
        cr_assert_not(review_parse(view_of(cases[i].body), &review, &error), "%s", cases[i].body);
        cr_expect_eq(error.code, ERROR_INVALID);
        cr_expect_eq(strncmp(error.message, cases[i].sentence, strlen(cases[i].sentence)), 0,
                     "%s: %s", cases[i].body, error.message);
        cr_expect_null(review.root);
    }
}

/* `levels` lists inside each other. */
static char *nest(int levels)
{
    struct text text = {0};

    for (int i = 0; i < levels; i++) {
        text_append(&text, "[");
    }
    for (int i = 0; i < levels; i++) {
        text_append(&text, "]");
    }
    return text_take(&text);
}

Test(review, bounds_the_depth_at_its_edge)
{
    auto_free char *deepest = nest(JSON_DEPTH_MAX);
    auto_free char *too_deep = nest(JSON_DEPTH_MAX + 1);

    cr_expect(json_bounds_check(view_of(deepest), NULL));
    cr_expect_not(json_bounds_check(view_of(too_deep), NULL));
}

/* A list of `count` zeros; the list itself is a value too. */
static char *list_zeros(int count)
{
    struct text text = {0};

    text_append(&text, "[0");
    for (int i = 1; i < count; i++) {
        text_append(&text, ",0");
    }
    text_append(&text, "]");
    return text_take(&text);
}

Test(review, bounds_the_number_of_values_at_its_edge)
{
    auto_free char *most = list_zeros(JSON_VALUES_MAX);
    auto_free char *too_many = list_zeros(JSON_VALUES_MAX + 1);

    cr_expect(json_bounds_check(view_of(most), NULL));
    cr_expect_not(json_bounds_check(view_of(too_many), NULL));
}

Test(review, counts_no_brackets_inside_a_text)
{
    auto_text struct text text = {0};

    text_append(&text, "\"\\\"");
    for (int i = 0; i <= JSON_DEPTH_MAX; i++) {
        text_append(&text, "[");
    }
    text_append(&text, "\"");
    cr_expect(json_bounds_check(view_of(text.bytes), NULL));
}

Test(review, reads_no_byte_behind_a_text_without_end)
{
    char *body = memory_allocate(3);

    memcpy(body, "\"a\\", 3);
    cr_expect(json_bounds_check((struct text_view){body, 3}, NULL));
    free(body);
}
