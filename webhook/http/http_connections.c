/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/http/http_connections.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <h2o/http1.h>
#include <openssl/err.h>

#include "base/clock.h"
#include "webhook/http/http_metrics.h"

enum {
    LINGER_MS = 2000,
    CROWDED_MS = 1000, /* when there are too many: for a first request to arrive */
};

enum phase { PHASE_HANDSHAKE, PHASE_OPEN, PHASE_LINGER };

struct http_connection {
    LIST_ENTRY(http_connection) entry;
    struct http_connections *owner;
    h2o_socket_t *socket;
    enum phase phase;
    SSL_CTX *certificate; /* while shaking hands: h2o takes no reference until bytes arrive */
    struct timeval connected_at;
    uint64_t request_count;
    uint64_t seen_request_count; /* these three as of the last sweep */
    bool was_busy;
    int64_t since_ms;
    size_t counted_bytes;  /* in the budget */
    int linger_descriptor; /* -1: none */
    bool is_cut;
};

static void on_close(void *context);

static void drop_certificate(struct http_connection *connection)
{
    SSL_CTX_free(take_pointer(&connection->certificate));
}

static void set_phase(struct http_connection *connection, enum phase phase)
{
    connection->phase = phase;
    connection->since_ms = clock_monotonic_ms();
}

/* The socket stays ours through its on_close; h2o may use its data. */
static void own_socket(struct http_connection *connection, h2o_socket_t *socket)
{
    connection->socket = socket;
    socket->data = connection;
    socket->on_close.cb = on_close;
    socket->on_close.data = connection;
}

static void start_http(struct http_connection *connection)
{
    set_phase(connection, PHASE_OPEN);
    h2o_http1_accept(&connection->owner->accept, connection->socket, connection->connected_at);
}

static void on_handshake(h2o_socket_t *socket, const char *error_text)
{
    struct http_connection *connection = socket->data;

    drop_certificate(connection);
    if (error_text != NULL) {
        ERR_clear_error();
        http_metrics_count_failed_handshake(connection->owner->options->name);
        h2o_socket_close(socket);
        return;
    }
    start_http(connection);
}

static void start_handshake(struct http_connection *connection)
{
    connection->certificate = http_certificate_ref(connection->owner->certificate);
    if (connection->certificate == NULL) {
        h2o_socket_close(connection->socket);
        return;
    }
    h2o_socket_ssl_handshake(connection->socket, connection->certificate, NULL, on_handshake);
}

void http_connections_open(struct http_connections *connections, h2o_socket_t *socket)
{
    struct http_connection *connection = memory_allocate(sizeof *connection);

    connection->owner = connections;
    connection->linger_descriptor = -1;
    connection->connected_at = *h2o_get_timestamp(connections->accept.ctx, NULL, NULL);
    own_socket(connection, socket);
    LIST_INSERT_HEAD(&connections->list, connection, entry);
    set_phase(connection, PHASE_HANDSHAKE);
    if (connections->options->is_tls) {
        start_handshake(connection);
    } else {
        start_http(connection);
    }
}

/* MSG_TRUNC on a TCP socket discards instead of copying. */
static void discard_input(h2o_socket_t *socket, const char *error_text)
{
    ssize_t count;

    do {
        count = recv(h2o_socket_get_fd(socket), NULL, 1 << 20, MSG_TRUNC | MSG_DONTWAIT);
    } while (count > 0);
    if (error_text != NULL || count == 0 || (errno != EAGAIN && errno != EINTR)) {
        h2o_socket_close(socket);
    }
}

static void start_linger(struct http_connection *connection)
{
    int descriptor = connection->linger_descriptor;
    h2o_socket_t *socket = h2o_evloop_socket_create(connection->owner->accept.ctx->loop, descriptor,
                                                    H2O_SOCKET_FLAG_DONT_READ);

    connection->linger_descriptor = -1;
    own_socket(connection, socket);
    set_phase(connection, PHASE_LINGER);
    shutdown(descriptor, SHUT_WR);
    h2o_socket_read_start(socket, discard_input);
}

static void on_close(void *context)
{
    struct http_connection *connection = context;
    struct http_budget *budget = connection->owner->budget;

    drop_certificate(connection);
    http_budget_count(budget, &connection->counted_bytes, 0);
    if (connection->linger_descriptor >= 0) {
        start_linger(connection);
        return;
    }
    LIST_REMOVE(connection, entry);
    free(connection);
    http_budget_leave(budget);
}

bool http_connections_is_empty(const struct http_connections *connections)
{
    return LIST_EMPTY(&connections->list);
}

static struct http_connection *get_connection(const h2o_req_t *request)
{
    return request->conn->callbacks->get_socket(request->conn)->on_close.data;
}

void http_connections_note_request(const h2o_req_t *request)
{
    struct http_connection *connection = get_connection(request);

    connection->request_count++;
    http_budget_count(connection->owner->budget, &connection->counted_bytes,
                      connection->socket->input->size);
}

void http_connections_linger(const h2o_req_t *request)
{
    struct http_connection *connection = get_connection(request);

    if (connection->linger_descriptor < 0) {
        connection->linger_descriptor =
            fcntl(h2o_socket_get_fd(connection->socket), F_DUPFD_CLOEXEC, 0);
    }
}

/* The loop notices at its next turn. */
static void cut(struct http_connection *connection, enum http_cut reason)
{
    if (connection->is_cut) {
        return;
    }
    connection->is_cut = true;
    http_metrics_count_cut(connection->owner->options->name, reason);
    shutdown(h2o_socket_get_fd(connection->socket), SHUT_RDWR);
}

/* A request is being received, handled or answered for as long as its bytes are in the buffer. */
static bool is_busy(const struct http_connection *connection)
{
    return connection->phase == PHASE_OPEN && connection->socket->input->size > 0;
}

static int get_limit_ms(const struct http_connection *connection, bool is_crowded)
{
    const struct http_server_options *options = connection->owner->options;
    int limit_ms = options->request_ms;

    if (connection->phase == PHASE_LINGER) {
        return LINGER_MS;
    }
    if (connection->phase == PHASE_HANDSHAKE) {
        limit_ms = options->handshake_ms;
    } else if (!connection->was_busy) {
        limit_ms = options->idle_ms;
    }
    bool is_new = connection->request_count == 0 && !connection->was_busy;
    return is_crowded && is_new && limit_ms > CROWDED_MS ? CROWDED_MS : limit_ms;
}

static enum http_cut get_reason(const struct http_connection *connection)
{
    if (connection->phase == PHASE_HANDSHAKE) {
        return HTTP_CUT_HANDSHAKE;
    }
    return connection->phase == PHASE_OPEN && !connection->was_busy ? HTTP_CUT_IDLE : HTTP_CUT_SLOW;
}

static void sweep_one(struct http_connection *connection, bool is_crowded, int64_t now_ms)
{
    bool busy = is_busy(connection);

    if (busy != connection->was_busy ||
        connection->request_count != connection->seen_request_count) {
        connection->was_busy = busy;
        connection->seen_request_count = connection->request_count;
        connection->since_ms = now_ms;
    }
    http_budget_count(connection->owner->budget, &connection->counted_bytes,
                      busy && !connection->is_cut ? connection->socket->input->size : 0);
    if (now_ms - connection->since_ms > get_limit_ms(connection, is_crowded)) {
        cut(connection, get_reason(connection));
    }
}

static struct http_connection *find_largest(const struct http_connections *connections)
{
    struct http_connection *largest = NULL;
    struct http_connection *connection;

    LIST_FOREACH(connection, &connections->list, entry)
    {
        if (connection->counted_bytes > (largest != NULL ? largest->counted_bytes : 0)) {
            largest = connection;
        }
    }
    return largest;
}

static void enforce_budget(struct http_connections *connections)
{
    while (http_budget_is_exceeded(connections->budget)) {
        struct http_connection *largest = find_largest(connections);
        if (largest == NULL) {
            return;
        }
        cut(largest, HTTP_CUT_BUDGET);
        http_budget_count(connections->budget, &largest->counted_bytes, 0);
    }
}

void http_connections_sweep(struct http_connections *connections, int64_t now_ms)
{
    bool is_crowded = http_budget_is_crowded(connections->budget);
    struct http_connection *connection;

    LIST_FOREACH(connection, &connections->list, entry)
    {
        sweep_one(connection, is_crowded, now_ms);
    }
    enforce_budget(connections);
}

void http_connections_close_idle(struct http_connections *connections)
{
    struct http_connection *connection;

    LIST_FOREACH(connection, &connections->list, entry)
    {
        if (connection->phase == PHASE_OPEN && !is_busy(connection)) {
            shutdown(h2o_socket_get_fd(connection->socket), SHUT_RD);
        }
    }
}

void http_connections_cut_all(struct http_connections *connections)
{
    struct http_connection *connection;

    LIST_FOREACH(connection, &connections->list, entry)
    {
        cut(connection, HTTP_CUT_DRAIN);
    }
}
