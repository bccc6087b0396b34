/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"

enum { QUANTITY_TEXT_BYTES = 32, QUANTITY_INPUT_BYTES_MAX = 64 };

/*
 * Reads a Kubernetes quantity (resource.Quantity's grammar: sign, decimal digits, and a suffix
 * n u m k M G T P E, Ki … Ei, or an exponent) in the resource's unit: thousandths for cpu, whole
 * units for everything else, rounded up. Exact; negative, overflowing (more than INT64_MAX in that
 * unit) and malformed quantities are errors. A fraction of an extended resource (a name with '/')
 * is an error too, as in the API server.
 */
must_check bool quantity_parse(const char *text, const char *resource_name, int64_t *out_amount,
                               struct error *error);

/* The same for a JSON string or number. */
must_check bool quantity_decode(const json_t *value, const char *resource_name, int64_t *out_amount,
                                struct error *error);

/* Prints an amount in Kubernetes' canonical form: "8", "500m", "32Gi". */
void quantity_format(int64_t amount, const char *resource_name,
                     char out_text[static QUANTITY_TEXT_BYTES]);
