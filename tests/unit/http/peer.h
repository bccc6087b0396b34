/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

/* A client for tests: blocking, and never waiting longer than PEER_TIMEOUT_S. Valid when zeroed but
 * for the descriptor: see PEER_NONE. */
struct peer {
    int descriptor;
    SSL *tls; /* NULL: plain */
};

enum { PEER_TIMEOUT_S = 20 };

#define PEER_NONE ((struct peer){.descriptor = -1})

struct peer_answer {
    int status;
    char *head; /* up to the empty line */
    char *body;
    size_t body_bytes;
};

bool peer_connect(struct peer *peer, uint16_t port);

/* Offers any version of TLS and believes any certificate. */
bool peer_start_tls(struct peer *peer);

bool peer_send(struct peer *peer, const void *bytes, size_t size_bytes);
bool peer_send_text(struct peer *peer, const char *text);

/* Sends the head of a request with a body of `body_bytes`, which the caller sends next. */
bool peer_send_head(struct peer *peer, const char *method, const char *path, size_t body_bytes);

/* Sends a whole request; `body` may be NULL. */
bool peer_request(struct peer *peer, const char *method, const char *path, const char *body);

/* Reads one answer, with its body if it has a Content-Length; false if the connection ends before
 * it is whole. */
bool peer_receive(struct peer *peer, struct peer_answer *out_answer);

/* Waits for the end of the connection; false if time is over first. What comes is thrown away. */
bool peer_wait_for_end(struct peer *peer, size_t *out_received_bytes);

/* True if the head has the line, as in "allow: POST". */
bool peer_answer_has(const struct peer_answer *answer, const char *line);

void peer_release(struct peer *peer);
void peer_answer_release(struct peer_answer *answer);

#define auto_peer __attribute__((cleanup(peer_release)))
#define auto_peer_answer __attribute__((cleanup(peer_answer_release)))
