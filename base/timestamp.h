/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TIMESTAMP_TEXT_BYTES = 40 };

/* RFC 3339 in UTC with seconds ("2026-11-25T02:36:51Z") or microseconds (Kubernetes MicroTime). */
void timestamp_format_seconds(int64_t wall_us, char out_text[static TIMESTAMP_TEXT_BYTES]);
void timestamp_format_micros(int64_t wall_us, char out_text[static TIMESTAMP_TEXT_BYTES]);

/* Parses RFC 3339 with an optional fraction and Z or an offset. */
bool timestamp_parse(const char *text, int64_t *out_wall_us);
