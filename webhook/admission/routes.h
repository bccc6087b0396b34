/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/admission/admission_context.h"
#include "webhook/http/http_server.h"

#define ROUTE_MUTATE "/mutate"
#define ROUTE_VALIDATE "/validate"

enum { ROUTES_COUNT = 2 };

/* The webhook calls, for the http server. `context` must outlive the server. */
void routes_fill(struct admission_context *context, struct http_route out_routes[ROUTES_COUNT]);
