/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/queue.h>

#include <h2o.h>

#include "webhook/http/http_budget.h"
#include "webhook/http/http_certificate.h"
#include "webhook/http/http_server.h"

struct http_connection;

/* The connections of one loop, and what bounds them. Owned by the loop's thread; `certificate` and
 * `budget` are shared. */
struct http_connections {
    LIST_HEAD(, http_connection) list;
    h2o_accept_ctx_t accept; /* without a TLS context */
    const struct http_server_options *options;
    struct http_certificate *certificate;
    struct http_budget *budget;
};

/* Takes over the socket, for which the budget was entered. */
void http_connections_open(struct http_connections *connections, h2o_socket_t *socket);

bool http_connections_is_empty(const struct http_connections *connections);

/* Cuts who is too slow or idle for too long and, beyond the budget, who sends most. */
void http_connections_sweep(struct http_connections *connections, int64_t now_ms);

/* Closes those without a request; a request that arrives at this moment is still answered. */
void http_connections_close_idle(struct http_connections *connections);
void http_connections_cut_all(struct http_connections *connections);

/* Notes that a request was read whole: what it holds counts from now on. */
void http_connections_note_request(const h2o_req_t *request);

/* After an answer that comes before the end of its request: what the peer still sends is thrown
 * away for a while once the connection is closed, or else a reset might overtake the answer. */
void http_connections_linger(const h2o_req_t *request);
