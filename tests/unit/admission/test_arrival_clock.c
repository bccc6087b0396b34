/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/arrival_clock.h"

#include <criterion/criterion.h>
#include <pthread.h>

enum { THREADS = 4, STAMPS = 20000 };

static const int64_t now_us = 1795574211000000;

Test(arrival_clock, stamps_the_time_of_the_wall_clock)
{
    struct arrival_clock clock = {0};

    cr_assert_eq(arrival_clock_stamp(&clock, now_us), now_us);
    cr_assert_eq(arrival_clock_stamp(&clock, now_us + 7), now_us + 7);
}

Test(arrival_clock, tells_two_of_the_same_microsecond_apart)
{
    struct arrival_clock clock = {0};

    cr_assert_eq(arrival_clock_stamp(&clock, now_us), now_us);
    cr_assert_eq(arrival_clock_stamp(&clock, now_us), now_us + 1);
    cr_assert_eq(arrival_clock_stamp(&clock, now_us), now_us + 2);
}

Test(arrival_clock, goes_on_when_the_wall_clock_steps_back)
{
    struct arrival_clock clock = {0};

    arrival_clock_stamp(&clock, now_us);
    cr_assert_eq(arrival_clock_stamp(&clock, now_us - 3600000000), now_us + 1);
}

Test(arrival_clock, leaves_no_trace_of_a_dry_run)
{
    struct arrival_clock clock = {0};

    arrival_clock_stamp(&clock, now_us);
    cr_assert_eq(arrival_clock_peek(&clock, now_us), now_us + 1);
    cr_assert_eq(arrival_clock_peek(&clock, now_us), now_us + 1);
    cr_assert_eq(arrival_clock_stamp(&clock, now_us), now_us + 1);
}

static void *stamp_often(void *argument)
{
    struct arrival_clock *clock = argument;
    int64_t last_us = 0;

    for (int i = 0; i < STAMPS; i++) {
        int64_t stamp_us = arrival_clock_stamp(clock, now_us);
        if (stamp_us <= last_us) {
            return argument;
        }
        last_us = stamp_us;
    }
    return NULL;
}

Test(arrival_clock, gives_no_stamp_twice_to_threads)
{
    struct arrival_clock clock = {0};
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++) {
        cr_assert_eq(pthread_create(&threads[i], NULL, stamp_often, &clock), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *failure;
        pthread_join(threads[i], &failure);
        cr_assert_null(failure, "a later stamp was not greater");
    }
    cr_assert_eq(arrival_clock_stamp(&clock, now_us), now_us + THREADS * STAMPS);
}
