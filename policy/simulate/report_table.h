/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/simulate/summary.h"

/*
 * For a terminal: the figures, those of each queue and flavor, and who starts when and why not
 * before, in the order of arrival. Of more than `rows_max` workloads (0: no limit) those that
 * waited longest are shown. Owned.
 */
char *report_table_format(const struct simulation *simulation, const struct summary *summary,
                          size_t rows_max);
