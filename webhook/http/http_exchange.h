/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>

#include <h2o.h>

#include "webhook/http/http_budget.h"
#include "webhook/http/http_server.h"

/* What an exchange of one request and its answer needs of the server; all of it outlives the
 * loop. */
struct http_exchange_settings {
    const struct http_server_options *options;
    struct http_budget *budget;
    const atomic_bool *is_draining;
};

/* Makes `host` hand every request to the routes. */
void http_exchange_register(h2o_hostconf_t *host, const struct http_exchange_settings *settings);
