/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/simulate/summary.h"

/*
 * A picture of a simulation, as SVG, for people who do not read tables: the figures, the GPUs in
 * use and those waited for over time, and each workload waiting and running, or, where there are
 * too many to be seen, what each queue waited. Owned.
 */
char *timeline_format(const struct simulation *simulation, const struct summary *summary);
