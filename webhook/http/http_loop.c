/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/http/http_loop.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "webhook/http/http_metrics.h"

enum {
    SWEEP_MS = 250,
    DRAIN_TURN_MS = 20,
    ASLEEP_MS = 60 * 1000,
    H2O_TIMEOUT_MS = 86400 * 1000, /* the sweep is stricter, and its clock does not jump */
};

/* Owned by its thread, but for the message, which another thread sends. */
struct http_loop {
    struct http_loop_shared *shared;
    pthread_t thread;
    sem_t is_started;
    int listener_descriptor;
    h2o_globalconf_t configuration;
    h2o_context_t context;
    h2o_multithread_receiver_t receiver;
    h2o_multithread_message_t drain_message;
    bool is_draining; /* the message was received: its sender has no more to do with the loop */
    h2o_socket_t *listener; /* NULL once draining */
    bool is_accepting;
    int64_t next_sweep_ms;
    struct http_connections connections;
};

static void pause_accepting(struct http_loop *loop)
{
    h2o_socket_read_stop(loop->listener);
    loop->is_accepting = false;
}

/* One a turn, so that loops share a burst. A listener that cannot accept would spin: it is left
 * alone until the next sweep. */
static void on_accept(h2o_socket_t *listener, const char *error_text)
{
    struct http_loop *loop = listener->data;
    struct http_budget *budget = &loop->shared->budget;

    if (error_text != NULL) {
        return;
    }
    if (!http_budget_enter(budget)) {
        pause_accepting(loop);
        return;
    }
    h2o_socket_t *socket = h2o_evloop_socket_accept(listener);
    if (socket == NULL) {
        int reason = errno;
        http_budget_leave(budget);
        if (reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM) {
            pause_accepting(loop);
        }
        return;
    }
    http_connections_open(&loop->connections, socket);
}

static void start_accepting(struct http_loop *loop)
{
    h2o_socket_read_start(loop->listener, on_accept);
    loop->is_accepting = true;
}

/* There is one message, and it comes once. */
static void on_messages(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages)
{
    struct http_loop *loop = H2O_STRUCT_FROM_MEMBER(struct http_loop, receiver, receiver);

    while (!h2o_linklist_is_empty(messages)) {
        h2o_linklist_unlink(messages->next);
        loop->is_draining = true;
    }
}

static void configure(struct http_loop *loop)
{
    struct http_loop_shared *shared = loop->shared;
    h2o_globalconf_t *configuration = &loop->configuration;
    const struct http_exchange_settings settings = {
        .options = &shared->options,
        .budget = &shared->budget,
        .is_draining = &shared->is_draining,
    };

    h2o_config_init(configuration);
    configuration->server_name = h2o_iovec_init(NULL, 0);
    /* One more, because h2o refuses a chunked body of exactly the limit. */
    configuration->max_request_entity_size = shared->options.body_bytes_max + 1;
    configuration->handshake_timeout = H2O_TIMEOUT_MS;
    configuration->http1.req_timeout = H2O_TIMEOUT_MS;
    configuration->http1.upgrade_to_http2 = 0;
    http_exchange_register(
        h2o_config_register_host(configuration, h2o_iovec_init(H2O_STRLIT("default")), 65535),
        &settings);
}

/* All of it on the loop's own thread: h2o's buffers belong to the thread that makes them. */
static void start(struct http_loop *loop)
{
    h2o_socket_buffer_prototype.mmap_settings = NULL; /* bodies stay in memory, never in files */
    configure(loop);
    h2o_context_init(&loop->context, h2o_evloop_create(), &loop->configuration);
    h2o_multithread_register_receiver(loop->context.queue, &loop->receiver, on_messages);
    loop->connections = (struct http_connections){
        .accept = {.ctx = &loop->context, .hosts = loop->configuration.hosts},
        .options = &loop->shared->options,
        .certificate = &loop->shared->certificate,
        .budget = &loop->shared->budget,
    };
    LIST_INIT(&loop->connections.list);
    loop->listener = h2o_evloop_socket_create(loop->context.loop, loop->listener_descriptor,
                                              H2O_SOCKET_FLAG_DONT_READ);
    loop->listener->data = loop;
    start_accepting(loop);
}

static void drain(struct http_loop *loop, int64_t now_ms)
{
    if (loop->listener != NULL) {
        h2o_socket_close(take_pointer(&loop->listener));
        loop->is_accepting = false;
    }
    if (now_ms >= atomic_load(&loop->shared->idle_until_ms)) {
        http_connections_close_idle(&loop->connections);
    }
    if (now_ms >= atomic_load(&loop->shared->drain_until_ms)) {
        http_connections_cut_all(&loop->connections);
    }
}

static void sweep(struct http_loop *loop, int64_t now_ms)
{
    loop->next_sweep_ms = now_ms + SWEEP_MS;
    http_connections_sweep(&loop->connections, now_ms);
    if (loop->listener != NULL && !loop->is_accepting) {
        start_accepting(loop);
    }
    http_metrics_set_connections(loop->shared->options.name,
                                 atomic_load(&loop->shared->budget.connections));
}

static int get_wait_ms(const struct http_loop *loop)
{
    if (loop->is_draining) {
        return DRAIN_TURN_MS;
    }
    return http_connections_is_empty(&loop->connections) && loop->is_accepting ? ASLEEP_MS
                                                                               : SWEEP_MS;
}

static void take_turns(struct http_loop *loop)
{
    while (!loop->is_draining || !http_connections_is_empty(&loop->connections)) {
        (void)h2o_evloop_run(loop->context.loop, get_wait_ms(loop));
        int64_t now_ms = clock_monotonic_ms();
        if (now_ms >= loop->next_sweep_ms) {
            sweep(loop, now_ms);
        }
        if (loop->is_draining) {
            drain(loop, now_ms);
        }
    }
}

static void stop(struct http_loop *loop)
{
    h2o_evloop_t *turns = loop->context.loop;

    h2o_multithread_unregister_receiver(loop->context.queue, &loop->receiver);
    (void)h2o_evloop_run(turns, 0);
    h2o_context_dispose(&loop->context);
    (void)h2o_evloop_run(turns, 0);
    h2o_evloop_destroy(turns);
    h2o_config_dispose(&loop->configuration);
}

static void *run(void *argument)
{
    struct http_loop *loop = argument;

    pthread_setname_np(pthread_self(), "http");
    start(loop);
    sem_post(&loop->is_started);
    take_turns(loop);
    stop(loop);
    return NULL;
}

/* The thread inherits the mask: signals are for the main thread. */
static int start_thread(struct http_loop *loop)
{
    sigset_t every_signal;
    sigset_t previous;

    sigfillset(&every_signal);
    pthread_sigmask(SIG_SETMASK, &every_signal, &previous);
    int reason = pthread_create(&loop->thread, NULL, run, loop);
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    return reason;
}

bool http_loop_create(struct http_loop_shared *shared, int listener_descriptor,
                      struct http_loop **out_loop, struct error *error)
{
    struct http_loop *loop = memory_allocate(sizeof *loop);

    loop->shared = shared;
    loop->listener_descriptor = listener_descriptor;
    sem_init(&loop->is_started, 0, 0);
    int reason = start_thread(loop);
    if (reason != 0) {
        http_loop_destroy(loop);
        return error_set(error, ERROR_UNAVAILABLE, "starting an http thread: %s", strerror(reason));
    }
    while (sem_wait(&loop->is_started) != 0) {
    }
    *out_loop = loop;
    return true;
}

void http_loop_drain(struct http_loop *loop)
{
    h2o_multithread_send_message(&loop->receiver, &loop->drain_message);
}

void http_loop_join(struct http_loop *loop)
{
    pthread_join(loop->thread, NULL);
}

void http_loop_destroy(struct http_loop *loop)
{
    sem_destroy(&loop->is_started);
    free(loop);
}
