/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timed_wait.h"

#include <time.h>

void timed_wait_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

bool timed_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t timeout_ms)
{
    struct timespec deadline;

    if (timeout_ms <= 0) {
        return false;
    }
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += timeout_ms / 1000;
    deadline.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (deadline.tv_nsec >= 1000000000) {
        deadline.tv_sec++;
        deadline.tv_nsec -= 1000000000;
    }
    return pthread_cond_timedwait(condition, mutex, &deadline) == 0;
}
