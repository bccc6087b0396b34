/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/run_times.h"

#include <criterion/criterion.h>

#include "base/array.h"

Test(run_times, have_percentiles)
{
    static const struct {
        size_t count; /* of the samples 10, 20, 30, ..., which come the other way round */
        int percent;
        int64_t expected;
    } cases[] = {
        {0, 50, -1}, {1, 0, 10},    {1, 100, 10},  {2, 49, 10},    {2, 50, 20},  {4, 25, 20},
        {4, 50, 30}, {4, 90, 40},   {5, 25, 20},   {5, 90, 50},    {10, 25, 30}, {10, 90, 100},
        {11, 0, 10}, {64, 25, 170}, {64, 90, 580}, {64, 100, 640},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct run_times times = {0};
        for (size_t j = cases[i].count; j > 0; j--) {
            run_times_add(&times, (int64_t)j * 10);
        }
        cr_expect_eq(run_times_percentile(&times, cases[i].percent), cases[i].expected, "%d of %zu",
                     cases[i].percent, cases[i].count);
    }
}

Test(run_times, forget_the_oldest)
{
    struct run_times times = {0};

    for (int64_t i = 0; i < 100; i++) {
        run_times_add(&times, i);
    }
    cr_assert_eq(run_times_count(&times), 64);
    cr_assert_eq(run_times_percentile(&times, 0), 36);
    cr_assert_eq(run_times_percentile(&times, 100), 99);
}
