/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"
#include "policy/objects/field.h"

/* A year: nobody waits longer on purpose. */
#define DURATION_SECONDS_MAX ((int64_t)365 * 24 * 3600)

/* Reads whole hours, minutes and seconds: "90s", "15m", "1h30m", "0". More than
 * DURATION_SECONDS_MAX is an error. */
must_check bool duration_parse(const char *text, int64_t *out_seconds, struct error *error);

/* The duration that the field says; the fallback if it is absent or, which is a mistake, not one of
 * at least `least` seconds. */
int64_t duration_read(const struct field *field, int64_t fallback, int64_t least);
