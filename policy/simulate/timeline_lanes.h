/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/simulate/summary.h"
#include "policy/simulate/time_axis.h"

/* More workloads than that are not drawn one by one. */
enum { TIMELINE_LANES_MAX = 60 };

/* The class of the colour of a flavor, by its number among the flavors of the summary. */
const char *timeline_flavor_class(size_t flavor);

/* How high the lanes of all workloads are; and of the queues, where there are too many workloads.
 */
double timeline_lanes_height(const struct simulation *simulation);
double timeline_queues_height(const struct summary *summary);

/* Each workload in a lane of its own, waiting and running. */
void timeline_lanes_draw(const struct simulation *simulation, const struct summary *summary,
                         const struct time_axis *axis, double top, struct svg *svg);

/* Each queue in a row, with its figures and its part of the GPU-hours. */
void timeline_queues_draw(const struct summary *summary, const struct time_axis *axis, double top,
                          struct svg *svg);
