/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* Microseconds since 1970, from the wall clock: for what is written into objects. */
int64_t clock_wall_us(void);

/* Milliseconds of a clock that never jumps and counts suspended time: for deadlines. */
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);
