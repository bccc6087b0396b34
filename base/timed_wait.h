/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* A condition variable whose waits are bounded by the monotonic clock. */
void timed_wait_init(pthread_cond_t *condition);

/* Waits at most `timeout_ms` with the mutex held; false when the time is over. */
bool timed_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t timeout_ms);
