/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/check_status.h"

#include "tests/unit/kinds/decoded.h"

#define CHANGED "lastTransitionTime: \"2026-01-01T00:00:00Z\""

static void decode(const char *yaml, struct check_status_list *out_list)
{
    json_auto_t *json = yaml_text(yaml);

    check_status_list_decode(json, out_list);
}

Test(check_status, keeps_what_it_does_not_know)
{
    static const char *const yaml =
        "[{name: a, state: Ready, message: m, " CHANGED ", podSetUpdates: [{name: main}], "
        "retryCount: 2}, {name: b, state: Retry, message: \"\", " CHANGED "}]";
    auto_check_status_list struct check_status_list list = {0};
    json_auto_t *expected = yaml_text(yaml);

    decode(yaml, &list);
    json_auto_t *encoded = check_status_list_encode(&list);
    cr_expect(json_equal(encoded, expected));
    cr_expect_eq(list.items[0].state, CHECK_READY);
    cr_expect_eq(list.items[1].state, CHECK_RETRY);
    cr_expect_null(list.items[1].others);
}

Test(check_status, agrees_only_if_all_are_ready)
{
    static const struct {
        const char *checks;
        bool are_ready;
        bool has_retry;
    } cases[] = {
        {"[]", true, false},
        {"[{name: a, state: Ready}]", true, false},
        {"[{name: a, state: Ready}, {name: b, state: Pending}]", false, false},
        {"[{name: a, state: Ready}, {name: b, state: Retry}]", false, true},
        {"[{name: a, state: Rejected}]", false, false},
        {"[{name: a, state: Unheard}]", false, false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_check_status_list struct check_status_list list = {0};
        decode(cases[i].checks, &list);
        cr_expect_eq(check_status_list_all_ready(&list), cases[i].are_ready, "case %zu", i);
        cr_expect_eq(check_status_list_has_state(&list, CHECK_RETRY), cases[i].has_retry,
                     "case %zu", i);
    }
}

Test(check_status, is_there_for_exactly_the_checks_that_apply)
{
    auto_check_status_list struct check_status_list list = {0};
    char *items[] = {(char *)"b", (char *)"c"};
    const struct name_list names = {.items = items, .count = 2};

    decode("[{name: a, state: Ready}, {name: b, state: Ready}]", &list);
    check_status_list_fit(&list, &names, 5);
    cr_assert_eq(list.count, 2);
    cr_expect_null(check_status_list_find(&list, "a"));
    cr_expect_eq(check_status_list_find(&list, "b")->state, CHECK_READY, "it has agreed already");
    cr_expect_eq(check_status_list_find(&list, "c")->state, CHECK_PENDING);
    cr_expect_eq(check_status_list_find(&list, "c")->changed_us, 5);
}

Test(check_status, starts_anew_after_an_eviction)
{
    auto_check_status_list struct check_status_list list = {0};

    decode("[{name: a, state: Retry, message: no, podSetUpdates: []}, {name: b, state: Pending, "
           "message: soon}]",
           &list);
    check_status_list_reset(&list, 5);
    cr_expect_eq(list.items[0].state, CHECK_PENDING);
    cr_expect_str_eq(list.items[0].message, "Reset to Pending after eviction. Previously: Retry");
    cr_expect_null(list.items[0].others);
    cr_expect_eq(list.items[0].changed_us, 5);
    cr_expect_str_eq(list.items[1].message, "soon");
}

Test(check_status, is_compared_by_all_that_it_says)
{
    static const struct {
        const char *left;
        const char *right;
        bool are_equal;
    } cases[] = {
        {"[{name: a, state: Ready}]", "[{name: a, state: Ready}]", true},
        {"[{name: a, state: Ready}]", "[{name: a, state: Pending}]", false},
        {"[{name: a, state: Ready}]", "[{name: b, state: Ready}]", false},
        {"[{name: a, message: x}]", "[{name: a, message: y}]", false},
        {"[{name: a, retryCount: 1}]", "[{name: a}]", false},
        {"[{name: a}]", "[]", false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_check_status_list struct check_status_list left = {0};
        auto_check_status_list struct check_status_list right = {0};
        auto_check_status_list struct check_status_list copy = {0};
        decode(cases[i].left, &left);
        decode(cases[i].right, &right);
        check_status_list_copy(&left, &copy);
        cr_expect(check_status_list_equal(&left, &copy));
        cr_expect_eq(check_status_list_equal(&left, &right), cases[i].are_equal, "case %zu", i);
    }
}
