/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/kube/fake_server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

enum { CONNECTIONS_MAX = 1024 };

struct connection {
    struct fake_server *server;
    pthread_t thread;
    int socket;
    int number;
};

struct fake_server {
    fake_handle *handle;
    void *context;
    char *url;
    int listener;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards the rest */
    struct connection connections[CONNECTIONS_MAX];
    int connection_count;
    int request_count;
};

void fake_send(int socket, const char *bytes)
{
    size_t size_bytes = strlen(bytes);

    while (size_bytes > 0) {
        ssize_t count = send(socket, bytes, size_bytes, MSG_NOSIGNAL);
        if (count <= 0) {
            return;
        }
        bytes += count;
        size_bytes -= (size_t)count;
    }
}

void fake_reply(int socket, int status, const char *headers, const char *body)
{
    auto_free char *text = text_format("HTTP/1.1 %d Said\r\n%sContent-Type: application/json\r\n"
                                       "Content-Length: %zu\r\n\r\n%s",
                                       status, headers, strlen(body), body);
    fake_send(socket, text);
}

void fake_begin_chunks(int socket)
{
    fake_send(socket, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                      "Transfer-Encoding: chunked\r\n\r\n");
}

void fake_send_chunk(int socket, const char *text)
{
    auto_free char *chunk = text_format("%zx\r\n%s\r\n", strlen(text), text);

    fake_send(socket, chunk);
}

void fake_end_chunks(int socket)
{
    fake_send(socket, "0\r\n\r\n");
}

bool fake_hold(int socket)
{
    char bytes[256];

    while (recv(socket, bytes, sizeof bytes, 0) > 0) {
    }
    return false;
}

/* Reads on until `text` holds `needed_bytes`; false at the end of the stream. */
static bool receive(int socket, struct text *text)
{
    char bytes[4096];
    ssize_t count = recv(socket, bytes, sizeof bytes, 0);

    if (count > 0) {
        text_append_bytes(text, bytes, (size_t)count);
    }
    return count > 0;
}

static bool handle_one(struct connection *connection, struct text *input)
{
    struct fake_server *server = connection->server;
    struct fake_request request = {.connection = connection->number};
    const char *end = NULL;
    size_t body_bytes = 0;

    while (input->bytes == NULL || (end = strstr(input->bytes, "\r\n\r\n")) == NULL) {
        if (!receive(connection->socket, input)) {
            return false;
        }
    }
    size_t head_bytes = (size_t)(end - input->bytes) + 4;
    const char *length = strcasestr(input->bytes, "\r\nContent-Length:");
    if (length != NULL && length < end) {
        body_bytes = strtoul(length + 17, NULL, 10);
    }
    while (input->size_bytes < head_bytes + body_bytes) {
        if (!receive(connection->socket, input)) {
            return false;
        }
    }
    sscanf(input->bytes, "%15s %1023s", request.method, request.path);
    auto_free char *head = strndup(input->bytes, head_bytes);
    auto_free char *body = strndup(input->bytes + head_bytes, body_bytes);
    request.head = head;
    request.body = body;
    text_clear(input); /* nobody pipelines */
    pthread_mutex_lock(&server->mutex);
    request.number = ++server->request_count;
    pthread_mutex_unlock(&server->mutex);
    return server->handle(server->context, connection->socket, &request);
}

static void *serve_connection(void *argument)
{
    struct connection *connection = argument;
    auto_text struct text input = {0};

    while (handle_one(connection, &input)) {
    }
    shutdown(connection->socket, SHUT_RDWR);
    return NULL;
}

static void *accept_connections(void *argument)
{
    struct fake_server *server = argument;
    int accepted;

    while ((accepted = accept(server->listener, NULL, NULL)) >= 0) {
        pthread_mutex_lock(&server->mutex);
        if (server->connection_count == CONNECTIONS_MAX) {
            abort();
        }
        struct connection *connection = &server->connections[server->connection_count++];
        *connection =
            (struct connection){server, .socket = accepted, .number = server->connection_count};
        pthread_create(&connection->thread, NULL, serve_connection, connection);
        pthread_mutex_unlock(&server->mutex);
    }
    return NULL;
}

struct fake_server *fake_server_create(fake_handle *handle, void *context)
{
    struct fake_server *server = memory_allocate(sizeof *server);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t address_bytes = sizeof address;

    server->handle = handle;
    server->context = context;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server->listener, 64) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &address_bytes) != 0) {
        abort();
    }
    server->url = text_format("http://127.0.0.1:%d", ntohs(address.sin_port));
    pthread_mutex_init(&server->mutex, NULL);
    pthread_create(&server->thread, NULL, accept_connections, server);
    return server;
}

void fake_server_destroy(struct fake_server *server)
{
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    for (int i = 0; i < server->connection_count; i++) {
        shutdown(server->connections[i].socket, SHUT_RDWR);
        pthread_join(server->connections[i].thread, NULL);
        close(server->connections[i].socket);
    }
    pthread_mutex_destroy(&server->mutex);
    free(server->url);
    free(server);
}

const char *fake_server_url(const struct fake_server *server)
{
    return server->url;
}

int fake_server_count_connections(struct fake_server *server)
{
    pthread_mutex_lock(&server->mutex);
    int count = server->connection_count;
    pthread_mutex_unlock(&server->mutex);
    return count;
}

int fake_server_count_requests(struct fake_server *server)
{
    pthread_mutex_lock(&server->mutex);
    int count = server->request_count;
    pthread_mutex_unlock(&server->mutex);
    return count;
}
