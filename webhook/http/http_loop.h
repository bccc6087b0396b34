/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/http/http_connections.h"
#include "webhook/http/http_exchange.h"

/* What the loops of one server share. Immutable but for the atomics and the certificate. */
struct http_loop_shared {
    struct http_server_options options; /* without zeroes */
    struct http_certificate certificate;
    struct http_budget budget;
    atomic_bool is_draining;     /* set after the two below */
    atomic_llong idle_until_ms;  /* when connections without a request are closed */
    atomic_llong drain_until_ms; /* when all others are cut */
};

struct http_loop;

/* Starts a thread that accepts from `listener_descriptor`, which it takes over on success. */
must_check bool http_loop_create(struct http_loop_shared *shared, int listener_descriptor,
                                 struct http_loop **out_loop, struct error *error);

/* Tells the loop to drain as the shared state says; once. */
void http_loop_drain(struct http_loop *loop);

/* Waits until the loop has drained. */
void http_loop_join(struct http_loop *loop);

/* After http_loop_join. */
void http_loop_destroy(struct http_loop *loop);
