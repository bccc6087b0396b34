/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "webhook/http/http_timeout.h"

enum { UNTOUCHED = -1 };

Test(http_timeout, reads_durations_as_go_writes_them)
{
    static const struct {
        const char *query;
        int64_t timeout_us; /* UNTOUCHED: not found */
    } cases[] = {
        {"timeout=10s", 10000000},
        {"timeout=1m30s", 90000000},
        {"timeout=500ms", 500000},
        {"timeout=1h0m0s", 3600000000},
        {"timeout=7us", 7},
        {"timeout=0s", 0},
        {"a=b&timeout=2s&c=d", 2000000},
        {"timeout=2s&timeout=9s", 2000000},
        {"", UNTOUCHED},
        {"timeout", UNTOUCHED},
        {"timeout=", UNTOUCHED},
        {"timeout=10", UNTOUCHED},
        {"timeout=s", UNTOUCHED},
        {"timeout=-1s", UNTOUCHED},
        {"timeout=1.5s", UNTOUCHED},
        {"timeout=1x", UNTOUCHED},
        {"timeout=1000000000s", UNTOUCHED},
        {"timeout=999999999h999999999h999999999h", UNTOUCHED},
        {"mytimeout=1s", UNTOUCHED},
        {"&&&", UNTOUCHED},
        {"timeout=10s%00", UNTOUCHED},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct text_view query = {cases[i].query, strlen(cases[i].query)};
        int64_t timeout_us = UNTOUCHED;
        bool is_found = http_timeout_find(query, &timeout_us);
        cr_expect_eq(is_found, cases[i].timeout_us != UNTOUCHED, "'%s'", cases[i].query);
        cr_expect_eq(timeout_us, cases[i].timeout_us, "'%s'", cases[i].query);
    }
}

Test(http_timeout, does_not_look_behind_the_end)
{
    struct text_view query = {"timeout=10s", strlen("timeout=10")};
    int64_t timeout_us = UNTOUCHED;

    cr_assert_not(http_timeout_find(query, &timeout_us));
}
