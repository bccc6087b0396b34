/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/array.h"
#include "policy/simulate/series.h"

Test(series, holds_the_mean_of_each_slot)
{
    static const struct {
        int64_t start;
        int64_t end;
        double means[4];
    } cases[] = {
        {0, 400, {2, 2, 2, 2}},   {100, 200, {0, 2, 0, 0}},   {50, 100, {1, 0, 0, 0}},
        {50, 250, {1, 2, 1, 0}},  {120, 140, {0, 0.4, 0, 0}}, {200, 200, {0, 0, 0, 0}},
        {350, 400, {0, 0, 0, 1}},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct series series;
        series_init(&series, 4, 400);
        series_add(&series, cases[i].start, cases[i].end, 2);
        series_finish(&series);
        for (size_t slot = 0; slot < 4; slot++) {
            cr_expect_float_eq(series.means[slot], cases[i].means[slot], 1e-9, "case %zu slot %zu",
                               i, slot);
        }
        series_release(&series);
    }
}

Test(series, sums_what_overlaps)
{
    struct series series;

    series_init(&series, 2, 20);
    series_add(&series, 0, 15, 1);
    series_add(&series, 5, 20, 3);
    series_finish(&series);
    cr_expect_float_eq(series.means[0], 2.5, 1e-9);
    cr_expect_float_eq(series.means[1], 3.5, 1e-9);
    cr_expect_float_eq(series_maximum(&series), 3.5, 1e-9);
    series_release(&series);
}
