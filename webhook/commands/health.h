/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>

#include "webhook/http/http_server.h"

/* What the health server tells: /healthz, /readyz and /metrics. */
struct health {
    atomic_bool is_ready;
};

enum { HEALTH_ROUTES_COUNT = 3 };

/* `health` must outlive the server. */
void health_fill_routes(struct health *health, struct http_route out_routes[HEALTH_ROUTES_COUNT]);
