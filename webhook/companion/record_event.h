/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/workload.h"

/* The core/v1 Events about a workload, on what its user made: pure, to text. */

char *record_event_path(const struct workload *workload);

/* It waits, for the reasons that the message tells. Owned. */
char *record_event_format_waiting(const struct workload *workload, const char *message,
                                  int64_t now_us);

/* It is asked to go. Owned. */
char *record_event_format_evicted(const struct workload *workload, const struct condition *evicted,
                                  int64_t now_us);
