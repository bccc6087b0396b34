/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

/* Microseconds since 1970, from the wall clock: for what is written into objects. */
int64_t clock_wall_us(void);

/* Milliseconds of a clock that never jumps and counts suspended time: for deadlines. */
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);

enum { CLOCK_TEXT_BYTES = 40 };

/* RFC 3339 in UTC with seconds ("2026-11-25T02:36:51Z") or microseconds (Kubernetes MicroTime). */
void clock_format_seconds(int64_t wall_us, char out_text[static CLOCK_TEXT_BYTES]);
void clock_format_micros(int64_t wall_us, char out_text[static CLOCK_TEXT_BYTES]);

/* Parses RFC 3339 with an optional fraction and Z or an offset. */
bool clock_parse(const char *text, int64_t *out_wall_us);
