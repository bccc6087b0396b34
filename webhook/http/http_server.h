/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "base/error.h"
#include "base/text.h"

/*
 * A small HTTP/1.1 server, plain or over TLS: one shared listening socket, one event loop a thread.
 *
 * Handlers run on the loops, several at a time, and must not block. Whatever a peer controls is
 * bounded by the options; a peer that is too slow, too large or too many is cut off, and one that
 * comes at a bad moment is told to come back.
 */
struct http_server;

/* Borrowed, and valid only while the handler runs. */
struct http_request {
    const char *path; /* normalised, without the query */
    struct text_view body;
    const char *content_type; /* NULL if absent */
    int64_t deadline_us;      /* of the monotonic clock: ?timeout= from when the request was read */
};

/* Filled by the handler; all zero means 200 without a body. */
struct http_response {
    int status;
    const char *content_type; /* static; NULL means application/json */
    char *body;               /* owned: the server frees it when it is sent */
    size_t body_bytes;
    int retry_after_seconds; /* 0: no such header */
};

typedef void http_handle(void *context, const struct http_request *request,
                         struct http_response *out_response);

/* Matched exactly; several routes may share a path and differ in their method. */
struct http_route {
    const char *method;
    const char *path;
    http_handle *handle;
    void *context;
};

/* True while requests should be refused with 503 and Retry-After. Called on the loops. */
typedef bool http_is_overloaded(void *context);

/* Zero or NULL means the default. */
struct http_server_options {
    const char *name;                /* label of the metrics: "webhook" */
    const char *listen;              /* ":9443" (every address), "127.0.0.1:0", "[::1]:9443" */
    const struct http_route *routes; /* must outlive the server */
    size_t route_count;
    int thread_count;      /* 1 */
    bool is_tls;           /* a connection before the first http_server_set_certificate is closed */
    size_t body_bytes_max; /* of one request: 32 MiB */
    size_t in_flight_bytes_max; /* of all requests being received and handled: 256 MiB */
    int connections_max;        /* 1024 */
    int idle_ms;                /* between requests: 150,000 */
    int request_ms;             /* from the first byte of a request to the last of its answer:
                                   10,000 */
    int handshake_ms;           /* 10,000 */
    int deadline_ms;            /* longest that ?timeout= may ask for, and the default: 30,000 */
    http_is_overloaded *is_overloaded;
    void *overload_context;
};

/* Listens and starts the threads, which block all signals. The options are copied. */
must_check bool http_server_start(const struct http_server_options *options,
                                  struct http_server **out_server, struct error *error);

/* The port that was bound, also if the options asked for port 0. */
uint16_t http_server_port(const struct http_server *server);

/* New connections use `context` from now on; the server takes a reference of its own. From any
 * thread. */
void http_server_set_certificate(struct http_server *server, SSL_CTX *context);

/* Stops accepting, answers what is in flight with `Connection: close`, and returns when all
 * connections are closed or, after `deadline_ms`, cut. Connections without a request are kept for
 * half of that time, because their clients may be about to use them. No handler runs afterwards. */
void http_server_drain(struct http_server *server, int deadline_ms);

/* Cuts what is still open, ends the threads and frees the server; NULL is accepted. */
void http_server_destroy(struct http_server *server);

MEMORY_DEFINE_AUTO(http_server)
#define auto_http_server __attribute__((cleanup(http_server_auto_destroy)))
