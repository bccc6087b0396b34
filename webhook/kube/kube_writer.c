/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "webhook/kube/kube_orders.h"
#include "webhook/kube/kube_token.h"
#include "webhook/kube/kube_transfer.h"

enum { MAX_WAITING = 65536, TIMEOUT_MS = 10000, MAX_POLL_MS = 1000 };

static const int default_in_flight_max[KUBE_URGENCY_COUNT] = {
    [KUBE_URGENT] = 16,
    [KUBE_ROUTINE] = 8,
};

/* An order on its way. */
struct errand {
    struct kube_transfer *transfer; /* whose context is this errand */
    struct kube_order order;
    enum kube_urgency urgency;
};

/*
 * HTTP/1.1: each request in flight has a connection of its own, so that urgent ones never wait for
 * the bytes of others, and the connections are kept.
 */
struct kube_writer {
    const struct kube_config *config;
    struct kube_writer_options options;
    pthread_t thread;
    CURLM *multi;

    pthread_mutex_t mutex; /* guards the next two */
    struct kube_orders waiting[KUBE_URGENCY_COUNT];
    bool is_stopping;

    /* Of the writer's thread: */
    struct kube_token token;
    int in_flight[KUBE_URGENCY_COUNT];
    int fresh_count; /* requests that are still to open connections of their own */
    struct ARRAY_OF(struct errand *) idle; /* kept for the next orders */
};

static struct errand *create_errand(struct kube_writer *writer)
{
    struct errand *errand = memory_allocate(sizeof *errand);

    errand->transfer = kube_transfer_create(writer->config, KUBE_HTTP_1);
    errand->transfer->context = errand;
    return errand;
}

static struct errand *get_errand(struct kube_writer *writer)
{
    return writer->idle.count > 0 ? writer->idle.items[--writer->idle.count]
                                  : create_errand(writer);
}

static void send_errand(struct kube_writer *writer, struct errand *errand)
{
    const struct kube_patience patience = {.total_ms = writer->options.timeout_ms};

    kube_transfer_use_fresh_connection(errand->transfer, writer->fresh_count > 0);
    writer->fresh_count -= writer->fresh_count > 0 ? 1 : 0;
    kube_transfer_prepare(errand->transfer, &errand->order.request, &writer->token, patience);
    curl_multi_add_handle(writer->multi, errand->transfer->easy);
}

static bool take_order(struct kube_writer *writer, enum kube_urgency urgency,
                       struct kube_order *out_order)
{
    if (writer->in_flight[urgency] >= writer->options.in_flight_max[urgency]) {
        return false;
    }
    pthread_mutex_lock(&writer->mutex);
    bool is_taken = !writer->is_stopping && kube_orders_pop(&writer->waiting[urgency], out_order);
    pthread_mutex_unlock(&writer->mutex);
    return is_taken;
}

static void start_waiting(struct kube_writer *writer)
{
    struct kube_order order;

    for (int urgency = 0; urgency < KUBE_URGENCY_COUNT; urgency++) {
        while (take_order(writer, (enum kube_urgency)urgency, &order)) {
            struct errand *errand = get_errand(writer);
            errand->order = order;
            errand->urgency = (enum kube_urgency)urgency;
            writer->in_flight[urgency]++;
            send_errand(writer, errand);
        }
    }
}

static int count_connections(const struct kube_writer *writer)
{
    return writer->options.in_flight_max[KUBE_URGENT] + writer->options.in_flight_max[KUBE_ROUTINE];
}

/* Where one connection has gone silent, the kept ones probably have, too: new ones push them out,
 * or each of them would cost somebody the whole timeout. */
static void note_silence(struct kube_writer *writer, CURLcode code)
{
    if (code == CURLE_OPERATION_TIMEDOUT) {
        writer->fresh_count = count_connections(writer);
    }
}

static void finish(struct kube_writer *writer, struct errand *errand, CURLcode code)
{
    auto_kube_answer struct kube_answer answer = {0};

    curl_multi_remove_handle(writer->multi, errand->transfer->easy);
    if (kube_transfer_must_renew(errand->transfer, &writer->token)) {
        send_errand(writer, errand);
        return;
    }
    kube_transfer_finish(errand->transfer, code, &answer);
    note_silence(writer, code);
    writer->in_flight[errand->urgency]--;
    kube_request_release(&errand->order.request);
    writer->options.done(writer->options.context, errand->order.tag, &answer);
    array_append(&writer->idle, errand);
}

static void finish_ended(struct kube_writer *writer)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(writer->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            CURLcode code = message->data.result; /* the message goes with the handle */
            finish(writer, kube_transfer_of(message->easy_handle)->context, code);
        }
    }
}

static void refuse_waiting(struct kube_writer *writer)
{
    struct kube_order order;

    for (int urgency = 0; urgency < KUBE_URGENCY_COUNT; urgency++) {
        while (kube_orders_pop(&writer->waiting[urgency], &order)) {
            auto_kube_answer struct kube_answer answer = {.outcome = KUBE_NOT_SENT,
                                                          .message = "the program ends"};
            kube_request_release(&order.request);
            writer->options.done(writer->options.context, order.tag, &answer);
        }
    }
}

static bool must_go_on(struct kube_writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    bool is_stopping = writer->is_stopping;
    pthread_mutex_unlock(&writer->mutex);
    return !is_stopping || writer->in_flight[KUBE_URGENT] > 0 ||
           writer->in_flight[KUBE_ROUTINE] > 0;
}

/* What is in flight at the end is waited for; each request bounds its own time. */
static void *run(void *argument)
{
    struct kube_writer *writer = argument;
    int running;

    while (must_go_on(writer)) {
        start_waiting(writer);
        curl_multi_perform(writer->multi, &running);
        finish_ended(writer);
        start_waiting(writer); /* in the place of what has ended */
        if (must_go_on(writer)) {
            curl_multi_poll(writer->multi, NULL, 0, MAX_POLL_MS, NULL);
        }
    }
    refuse_waiting(writer); /* nothing is pushed any more */
    return NULL;
}

/* Signals are for the main thread; SIGPIPE, which OpenSSL causes, is for nobody. */
static void start_thread(struct kube_writer *writer)
{
    sigset_t all;
    sigset_t before;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    if (pthread_create(&writer->thread, NULL, run, writer) != 0) {
        abort();
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void set_defaults(struct kube_writer_options *options)
{
    for (int urgency = 0; urgency < KUBE_URGENCY_COUNT; urgency++) {
        if (options->in_flight_max[urgency] == 0) {
            options->in_flight_max[urgency] = default_in_flight_max[urgency];
        }
    }
    options->waiting_max = options->waiting_max != 0 ? options->waiting_max : MAX_WAITING;
    options->timeout_ms = options->timeout_ms != 0 ? options->timeout_ms : TIMEOUT_MS;
}

struct kube_writer *kube_writer_create(const struct kube_config *config,
                                       const struct kube_writer_options *options)
{
    struct kube_writer *writer = memory_allocate(sizeof *writer);

    writer->config = config;
    writer->options = *options;
    set_defaults(&writer->options);
    writer->multi = kube_transfer_create_multi();
    curl_multi_setopt(writer->multi, CURLMOPT_MAXCONNECTS, (long)count_connections(writer));
    kube_token_init(&writer->token, config);
    pthread_mutex_init(&writer->mutex, NULL);
    start_thread(writer);
    return writer;
}

void kube_writer_destroy(struct kube_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    pthread_mutex_lock(&writer->mutex);
    writer->is_stopping = true;
    pthread_mutex_unlock(&writer->mutex);
    curl_multi_wakeup(writer->multi);
    pthread_join(writer->thread, NULL);
    array_for_each(errand, &writer->idle) {
        kube_transfer_destroy((*errand)->transfer);
        free(*errand);
    }
    array_release(&writer->idle);
    for (int urgency = 0; urgency < KUBE_URGENCY_COUNT; urgency++) {
        kube_orders_release(&writer->waiting[urgency]);
    }
    curl_multi_cleanup(writer->multi);
    kube_token_release(&writer->token);
    pthread_mutex_destroy(&writer->mutex);
    free(writer);
}

bool kube_writer_push_take(struct kube_writer *writer, enum kube_urgency urgency, uint64_t tag,
                           struct kube_request *request)
{
    pthread_mutex_lock(&writer->mutex);
    bool is_taken =
        !writer->is_stopping && writer->waiting[urgency].count < writer->options.waiting_max;
    if (is_taken) {
        kube_orders_push(&writer->waiting[urgency], (struct kube_order){tag, *request});
    }
    pthread_mutex_unlock(&writer->mutex);
    if (!is_taken) {
        kube_request_release(request);
        return false;
    }
    memset(request, 0, sizeof *request);
    curl_multi_wakeup(writer->multi);
    return true;
}
