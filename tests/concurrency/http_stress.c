/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Clients, a certificate that changes, and a drain in the middle of it all; meant to run under
 * ThreadSanitizer. Whatever the moment: a request that was handled was answered, with its own body.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/text.h"
#include "certs/authority.h"
#include "certs/tls_context.h"
#include "tests/unit/http/peer.h"
#include "webhook/http/http_server.h"

enum {
    CLIENTS = 6,
    SERVER_THREADS = 3,
    REQUESTS_PER_CONNECTION = 7,
    REQUESTS_BEFORE_DRAIN = 600,
    DRAIN_MS = 20000,
    CERTIFICATES = 3,
};

/* Shared by all threads of one run. */
struct stress {
    struct http_server *server;
    uint16_t port;
    bool is_tls;
    SSL_CTX *certificates[CERTIFICATES];
    atomic_int handled_count;
    atomic_int answered_count;
    atomic_int wrong_count;
    atomic_bool is_over;
};

static void handle_echo(void *context, const struct http_request *request,
                        struct http_response *out_response)
{
    struct stress *stress = context;

    atomic_fetch_add(&stress->handled_count, 1);
    out_response->body = memory_allocate(request->body.size_bytes + 1);
    memcpy(out_response->body, request->body.bytes, request->body.size_bytes);
    out_response->body_bytes = request->body.size_bytes;
}

/* False when the connection is of no more use. */
static bool exchange(struct stress *stress, struct peer *peer, unsigned client, int number)
{
    auto_free char *body =
        text_format("client %u request %d %0*d", client, number, (number % 50) * 100 + 1, 0);
    auto_peer_answer struct peer_answer answer = {0};

    if (!peer_request(peer, "POST", "/echo", body) || !peer_receive(peer, &answer)) {
        return false;
    }
    atomic_fetch_add(&stress->answered_count, 1);
    if (answer.status != 200 || !text_equal(answer.body, body)) {
        atomic_fetch_add(&stress->wrong_count, 1);
    }
    return !peer_answer_has(&answer, "connection: close");
}

static bool connect_to(const struct stress *stress, struct peer *peer)
{
    return peer_connect(peer, stress->port) && (!stress->is_tls || peer_start_tls(peer));
}

struct client {
    struct stress *stress;
    pthread_t thread;
    unsigned index;
};

static void *run_client(void *argument)
{
    const struct client *client = argument;
    struct stress *stress = client->stress;
    int number = 0;

    while (!atomic_load(&stress->is_over)) {
        auto_peer struct peer peer = PEER_NONE;
        if (!connect_to(stress, &peer)) {
            sched_yield();
            continue;
        }
        for (int i = 0; i < REQUESTS_PER_CONNECTION; i++) {
            if (!exchange(stress, &peer, client->index, number++)) {
                break;
            }
        }
    }
    return NULL;
}

static void *change_certificates(void *argument)
{
    struct stress *stress = argument;

    for (size_t i = 0; !atomic_load(&stress->is_over); i++) {
        auto_text struct text metrics = {0};
        http_server_set_certificate(stress->server, stress->certificates[i % CERTIFICATES]);
        metrics_format(&metrics);
        sched_yield();
    }
    return NULL;
}

static SSL_CTX *create_certificate(void)
{
    static const char *const names[] = {"localhost"};
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair serving = {0};
    int64_t now_seconds = clock_wall_us() / 1000000;
    SSL_CTX *context = NULL;

    if (!authority_create(now_seconds, &authority, NULL) ||
        !authority_issue(&authority, names, 1, now_seconds, &serving, NULL) ||
        !tls_context_create(&serving, &context, NULL)) {
        abort();
    }
    return context;
}

static void start_threads(struct stress *stress, struct client *clients, pthread_t *out_changer)
{
    pthread_create(out_changer, NULL, change_certificates, stress);
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){.stress = stress, .index = i};
        pthread_create(&clients[i].thread, NULL, run_client, &clients[i]);
    }
}

static void join_threads(struct stress *stress, struct client *clients, pthread_t changer)
{
    atomic_store(&stress->is_over, true);
    for (unsigned i = 0; i < CLIENTS; i++) {
        pthread_join(clients[i].thread, NULL);
    }
    pthread_join(changer, NULL);
}

static bool run_server(struct stress *stress)
{
    const struct http_route routes[] = {{"POST", "/echo", handle_echo, stress}};
    const struct http_server_options options = {
        .listen = "127.0.0.1:0",
        .routes = routes,
        .route_count = ARRAY_LENGTH(routes),
        .thread_count = SERVER_THREADS,
        .is_tls = stress->is_tls,
    };
    struct client clients[CLIENTS];
    pthread_t changer;
    struct error error = {0};

    if (!http_server_start(&options, &stress->server, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return false;
    }
    stress->port = http_server_port(stress->server);
    start_threads(stress, clients, &changer);
    while (atomic_load(&stress->answered_count) < REQUESTS_BEFORE_DRAIN) {
        sched_yield();
    }
    http_server_drain(stress->server, DRAIN_MS);
    join_threads(stress, clients, changer);
    http_server_destroy(stress->server);
    return true;
}

/* Returns whether all went well. */
static bool run(bool is_tls)
{
    struct stress stress = {.is_tls = is_tls};

    for (size_t i = 0; i < CERTIFICATES; i++) {
        stress.certificates[i] = create_certificate();
    }
    bool is_started = run_server(&stress);
    for (size_t i = 0; i < CERTIFICATES; i++) {
        SSL_CTX_free(stress.certificates[i]);
    }
    int handled = atomic_load(&stress.handled_count);
    int answered = atomic_load(&stress.answered_count);
    int wrong = atomic_load(&stress.wrong_count);
    printf("%s: %d handled, %d answered, %d of them wrongly\n", is_tls ? "tls" : "plain", handled,
           answered, wrong);
    return is_started && handled == answered && wrong == 0;
}

int main(void)
{
    int passed = 0;

    passed += run(false) ? 1 : 0;
    passed += run(true) ? 1 : 0;
    printf("%d passed, %d failed\n", passed, 2 - passed);
    return passed == 2 ? 0 : 1;
}
