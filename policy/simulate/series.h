/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

/* An amount over time, as its mean in each of many equal slots. Embedded in its owner. */
struct series {
    double *means; /* readable once finished */
    double *steps; /* by how much each slot's full amount differs from that of the slot before */
    size_t slot_count;
    int64_t span_us;
};

void series_init(struct series *series, size_t slot_count, int64_t span_us);
void series_release(struct series *series);

/* Adds an amount from a time until another, both within the span. */
void series_add(struct series *series, int64_t start_us, int64_t end_us, double amount);
void series_finish(struct series *series);
double series_maximum(const struct series *series);
