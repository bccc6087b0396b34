/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* One request, as it came. Borrowed for the call. */
struct fake_request {
    char method[16];
    char path[1024]; /* with the query */
    const char *head;
    const char *body;
    int connection; /* counted from 1 */
    int number;     /* of all requests, counted from 1 */
};

/* Answers on the socket, on a thread of the connection; false closes it. */
typedef bool fake_handle(void *context, int socket, const struct fake_request *request);

/* An HTTP server on loopback that does as it is told, also what is wrong. */
struct fake_server;

struct fake_server *fake_server_create(fake_handle *handle, void *context);
void fake_server_destroy(struct fake_server *server);

/* "http://127.0.0.1:1234", borrowed */
const char *fake_server_url(const struct fake_server *server);
int fake_server_count_connections(struct fake_server *server);
int fake_server_count_requests(struct fake_server *server);

void fake_reply(int socket, int status, const char *headers, const char *body);

/* The head of an answer in chunks; each text is one. */
void fake_begin_chunks(int socket);
void fake_send_chunk(int socket, const char *text);
void fake_end_chunks(int socket);
void fake_send(int socket, const char *bytes);

/* Says nothing more until the client or the server ends the connection. Returns false. */
bool fake_hold(int socket);
