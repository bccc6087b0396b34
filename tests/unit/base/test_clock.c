/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/clock.h"

Test(clock, never_goes_back)
{
    int64_t first_us = clock_monotonic_us();

    cr_assert_leq(first_us, clock_monotonic_us());
    cr_assert_leq(first_us / 1000, clock_monotonic_ms());
    cr_assert_gt(clock_wall_us(), INT64_C(1700000000) * 1000000);
}
