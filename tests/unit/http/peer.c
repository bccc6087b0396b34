/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/http/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/text.h"

enum { HEAD_BYTES_MAX = 16384 };

bool peer_connect(struct peer *peer, uint16_t port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    const struct timeval limit = {.tv_sec = PEER_TIMEOUT_S};
    const int yes = 1;

    *peer = (struct peer){.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    setsockopt(peer->descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(peer->descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    setsockopt(peer->descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return connect(peer->descriptor, (const struct sockaddr *)&address, sizeof address) == 0;
}

/* OpenSSL writes without MSG_NOSIGNAL. */
bool peer_start_tls(struct peer *peer)
{
    signal(SIGPIPE, SIG_IGN);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    peer->tls = SSL_new(context);
    SSL_CTX_free(context);
    SSL_set_fd(peer->tls, peer->descriptor);
    bool is_done = SSL_connect(peer->tls) == 1;
    ERR_clear_error();
    return is_done;
}

/* Like send and recv: -1 is an error, 0 the end. */
static ssize_t send_some(struct peer *peer, const char *bytes, size_t size_bytes)
{
    size_t sent_bytes = 0;

    if (peer->tls == NULL) {
        return send(peer->descriptor, bytes, size_bytes, MSG_NOSIGNAL);
    }
    if (SSL_write_ex(peer->tls, bytes, size_bytes, &sent_bytes) != 1) {
        ERR_clear_error();
        return -1;
    }
    return (ssize_t)sent_bytes;
}

static ssize_t receive_some(struct peer *peer, char *bytes, size_t size_bytes)
{
    size_t received_bytes = 0;

    errno = 0;
    if (peer->tls == NULL) {
        return recv(peer->descriptor, bytes, size_bytes, 0);
    }
    if (SSL_read_ex(peer->tls, bytes, size_bytes, &received_bytes) != 1) {
        ERR_clear_error();
        return errno != 0 ? -1 : 0;
    }
    return (ssize_t)received_bytes;
}

bool peer_send(struct peer *peer, const void *bytes, size_t size_bytes)
{
    const char *rest = bytes;

    while (size_bytes > 0) {
        ssize_t count = send_some(peer, rest, size_bytes);
        if (count <= 0) {
            return false;
        }
        rest += count;
        size_bytes -= (size_t)count;
    }
    return true;
}

bool peer_send_text(struct peer *peer, const char *text)
{
    return peer_send(peer, text, strlen(text));
}

bool peer_send_head(struct peer *peer, const char *method, const char *path, size_t body_bytes)
{
    auto_free char *head = text_format("%s %s HTTP/1.1\r\nHost: localhost\r\n"
                                       "Content-Type: application/json\r\n"
                                       "Content-Length: %zu\r\n\r\n",
                                       method, path, body_bytes);

    return peer_send_text(peer, head);
}

bool peer_request(struct peer *peer, const char *method, const char *path, const char *body)
{
    return peer_send_head(peer, method, path, body != NULL ? strlen(body) : 0) &&
           (body == NULL || peer_send_text(peer, body));
}

static bool receive_head(struct peer *peer, struct text *head)
{
    char byte;

    while (!text_ends_with(head->bytes != NULL ? head->bytes : "", "\r\n\r\n")) {
        if (head->size_bytes == HEAD_BYTES_MAX || receive_some(peer, &byte, 1) != 1) {
            return false;
        }
        text_append_bytes(head, &byte, 1);
    }
    return true;
}

static bool receive_body(struct peer *peer, char *body, size_t body_bytes)
{
    while (body_bytes > 0) {
        ssize_t count = receive_some(peer, body, body_bytes);
        if (count <= 0) {
            return false;
        }
        body += count;
        body_bytes -= (size_t)count;
    }
    return true;
}

bool peer_receive(struct peer *peer, struct peer_answer *out_answer)
{
    auto_text struct text head = {0};

    if (!receive_head(peer, &head) || !text_starts_with(head.bytes, "HTTP/1.1 ")) {
        return false;
    }
    const char *length = strcasestr(head.bytes, "\r\ncontent-length: ");
    size_t body_bytes = length != NULL ? strtoul(strchr(length, ':') + 1, NULL, 10) : 0;
    auto_free char *body = memory_allocate(body_bytes + 1);
    if (!receive_body(peer, body, body_bytes)) {
        return false;
    }
    *out_answer = (struct peer_answer){
        .status = (int)strtol(head.bytes + strlen("HTTP/1.1 "), NULL, 10),
        .head = text_take(&head),
        .body = take_pointer(&body),
        .body_bytes = body_bytes,
    };
    return true;
}

bool peer_wait_for_end(struct peer *peer, size_t *out_received_bytes)
{
    char chunk[65536];
    size_t received_bytes = 0;
    ssize_t count;

    while ((count = receive_some(peer, chunk, sizeof chunk)) > 0) {
        received_bytes += (size_t)count;
    }
    if (out_received_bytes != NULL) {
        *out_received_bytes = received_bytes;
    }
    return count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

bool peer_answer_has(const struct peer_answer *answer, const char *line)
{
    auto_free char *delimited = text_format("\r\n%s\r\n", line);

    return answer->head != NULL && strcasestr(answer->head, delimited) != NULL;
}

void peer_release(struct peer *peer)
{
    SSL_free(peer->tls);
    if (peer->descriptor >= 0) {
        close(peer->descriptor);
    }
    *peer = PEER_NONE;
}

void peer_answer_release(struct peer_answer *answer)
{
    free(answer->head);
    free(answer->body);
    memset(answer, 0, sizeof *answer);
}
