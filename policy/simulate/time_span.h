/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

#define MICROS_PER_SECOND ((int64_t)1000000)

/* The longest stretch of time that a simulation knows, a hundred years: exact in a double too. */
#define TIME_SPAN_US_MAX (INT64_C(100) * 365 * 24 * 3600 * MICROS_PER_SECOND)

/* Reads "90" or "12.5" (seconds), "15m", "1d12h". In *out_us are microseconds. */
must_check bool time_span_parse(const char *text, int64_t *out_us, struct error *error);

/* A number of seconds, which a JSON number gives; rounded to microseconds. */
must_check bool time_span_from_seconds(double seconds, int64_t *out_us, struct error *error);

/* For people, in its two largest units: "3 d 4 h", "12 min", "0 s". Owned. */
char *time_span_format(int64_t span_us);
