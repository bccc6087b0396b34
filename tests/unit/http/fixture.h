/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <semaphore.h>
#include <stdatomic.h>

#include <openssl/ssl.h>

#include "tests/unit/http/peer.h"
#include "webhook/http/http_server.h"

enum { FIXTURE_LARGE_BYTES = 64 << 20, FIXTURE_RETRY_S = 7 };

/*
 * A server with these routes:
 *     POST /echo     the body, as text/plain
 *     GET  /facts    "path=… type=… timeout_ms=…", where the time is what is left of the deadline
 *     POST /facts    the same
 *     POST /wait     posts `entered`, waits for `released`, and answers "waited"
 *     GET  /large    FIXTURE_LARGE_BYTES
 *     GET  /empty    422 without a body, Retry-After: FIXTURE_RETRY_S
 */
struct fixture {
    struct http_server *server;
    struct http_route *routes;
    uint16_t port;
    sem_t entered;
    sem_t released;
    atomic_bool is_overloaded;
};

/* `options` needs only what a test changes: address, routes and overload are filled in. With TLS a
 * certificate is set. */
void fixture_start(struct fixture *fixture, struct http_server_options options);
void fixture_release(struct fixture *fixture);

/* A new authority and a certificate for localhost by it; the caller owns the context. */
SSL_CTX *fixture_create_certificate(void);

/* Waits until the sum of a metric's lines that begin with `prefix` is at least `value`. */
bool fixture_wait_for_metric(const char *prefix, double value);

#define auto_fixture __attribute__((cleanup(fixture_release)))
