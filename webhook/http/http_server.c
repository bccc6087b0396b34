/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/http/http_server.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "webhook/http/http_listener.h"
#include "webhook/http/http_loop.h"

enum {
    BODY_BYTES_MAX = 32 << 20,
    IN_FLIGHT_BYTES_MAX = 256 << 20,
    CONNECTIONS_MAX = 1024,
    IDLE_MS = 150 * 1000, /* longer than the 90 s of the API server */
    REQUEST_MS = 10 * 1000,
    HANDSHAKE_MS = 10 * 1000,
    DEADLINE_MS = 30 * 1000,
};

/* Owned by whoever started it; the loops use only `shared`. */
struct http_server {
    struct http_loop_shared shared;
    uint16_t port;
    struct ARRAY_OF(struct http_loop *) loops;
};

static void set_default(int *value, int default_value)
{
    if (*value == 0) {
        *value = default_value;
    }
}

static void fill_defaults(struct http_server_options *options)
{
    set_default(&options->thread_count, 1);
    set_default(&options->connections_max, CONNECTIONS_MAX);
    set_default(&options->idle_ms, IDLE_MS);
    set_default(&options->request_ms, REQUEST_MS);
    set_default(&options->handshake_ms, HANDSHAKE_MS);
    set_default(&options->deadline_ms, DEADLINE_MS);
    if (options->body_bytes_max == 0) {
        options->body_bytes_max = BODY_BYTES_MAX;
    }
    if (options->in_flight_bytes_max == 0) {
        options->in_flight_bytes_max = IN_FLIGHT_BYTES_MAX;
    }
    if (options->name == NULL) {
        options->name = "http";
    }
}

static struct http_server *create_server(const struct http_server_options *options)
{
    struct http_server *server = memory_allocate(sizeof *server);
    struct http_loop_shared *shared = &server->shared;

    shared->options = *options;
    fill_defaults(&shared->options);
    http_certificate_init(&shared->certificate);
    http_budget_init(&shared->budget, shared->options.connections_max,
                     shared->options.in_flight_bytes_max);
    atomic_init(&shared->is_draining, false);
    atomic_init(&shared->idle_until_ms, 0);
    atomic_init(&shared->drain_until_ms, 0);
    return server;
}

/* Every loop has a descriptor of its own for the one listening socket. */
static bool add_loop(struct http_server *server, int listener, struct error *error)
{
    int copy = fcntl(listener, F_DUPFD_CLOEXEC, 0);
    struct http_loop *loop;

    if (copy < 0) {
        return error_set(error, ERROR_UNAVAILABLE, "starting an http thread: %s", strerror(errno));
    }
    if (!http_loop_create(&server->shared, copy, &loop, error)) {
        close(copy);
        return false;
    }
    array_append(&server->loops, loop);
    return true;
}

static bool add_loops(struct http_server *server, int listener, struct error *error)
{
    for (int i = 0; i < server->shared.options.thread_count; i++) {
        if (!add_loop(server, listener, error)) {
            return false;
        }
    }
    return true;
}

bool http_server_start(const struct http_server_options *options, struct http_server **out_server,
                       struct error *error)
{
    auto_http_server struct http_server *server = create_server(options);
    int listener;

    if (!http_listener_open(options->listen, &listener, &server->port, error)) {
        return false;
    }
    bool is_started = add_loops(server, listener, error);
    close(listener);
    if (is_started) {
        *out_server = take_pointer(&server);
    }
    return is_started;
}

uint16_t http_server_port(const struct http_server *server)
{
    return server->port;
}

void http_server_set_certificate(struct http_server *server, SSL_CTX *context)
{
    http_certificate_set(&server->shared.certificate, context);
}

/* Leaves no loops; a second call does nothing. */
void http_server_drain(struct http_server *server, int deadline_ms)
{
    int64_t now_ms = clock_monotonic_ms();

    atomic_store(&server->shared.idle_until_ms, now_ms + deadline_ms / 2);
    atomic_store(&server->shared.drain_until_ms, now_ms + deadline_ms);
    atomic_store(&server->shared.is_draining, true);
    array_for_each(loop, &server->loops) {
        http_loop_drain(*loop);
    }
    array_for_each(loop, &server->loops) {
        http_loop_join(*loop);
        http_loop_destroy(*loop);
    }
    array_release(&server->loops);
}

void http_server_destroy(struct http_server *server)
{
    if (server == NULL) {
        return;
    }
    http_server_drain(server, 0);
    http_certificate_release(&server->shared.certificate);
    free(server);
}
