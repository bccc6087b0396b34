/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_writer.h"

#include <pthread.h>

#include "base/array.h"
#include "base/clock.h"
#include "webhook/kube/kube_token.h"
#include "webhook/kube/kube_transfer.h"

enum {
    IN_FLIGHT_URGENT = 16,
    IN_FLIGHT_ROUTINE = 8,
    WAITING_MAX = 65536,
    TIMEOUT_MS = 10000,
    POLL_MS = 1000,
};

/* A request with all that it needs; kept for reuse when it is answered. */
struct job {
    struct kube_transfer transfer;
    struct kube_request request;
    enum kube_urgency urgency;
    uint64_t tag;
    struct job *next;
};

struct order {
    struct kube_request request;
    uint64_t tag;
};

/* Orders that wait, first in, first out: a ring that grows. */
struct order_queue {
    struct order *orders;
    size_t capacity;
    size_t first;
    size_t count;
};

struct kube_writer {
    const struct kube_config *config;
    struct kube_writer_options options;
    pthread_t thread;
    CURLM *multi;

    pthread_mutex_t mutex; /* guards the next two */
    struct order_queue waiting[KUBE_URGENCY_COUNT];
    bool is_stopping;

    /* Of the writer's thread: */
    struct kube_token token;
    int in_flight[KUBE_URGENCY_COUNT];
    struct job *active;
    struct job *idle;
};

static void queue_push(struct order_queue *queue, struct order order)
{
    if (queue->count == queue->capacity) {
        size_t capacity = queue->capacity != 0 ? queue->capacity * 2 : 64;
        struct order *orders = memory_allocate(capacity * sizeof *orders);
        for (size_t i = 0; i < queue->count; i++) {
            orders[i] = queue->orders[(queue->first + i) % queue->capacity];
        }
        free(queue->orders);
        *queue = (struct order_queue){orders, capacity, 0, queue->count};
    }
    queue->orders[(queue->first + queue->count) % queue->capacity] = order;
    queue->count++;
}

static bool queue_pop(struct order_queue *queue, struct order *out_order)
{
    if (queue->count == 0) {
        return false;
    }
    *out_order = queue->orders[queue->first];
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
    return true;
}

static struct job *get_job(struct kube_writer *writer)
{
    struct job *job = writer->idle;

    if (job != NULL) {
        writer->idle = job->next;
        return job;
    }
    job = memory_allocate(sizeof *job);
    kube_transfer_init(&job->transfer, writer->config, CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(job->transfer.easy, CURLOPT_PRIVATE, job);
    return job;
}

static void start(struct kube_writer *writer, enum kube_urgency urgency, struct order *order)
{
    struct job *job = get_job(writer);

    job->request = order->request;
    job->tag = order->tag;
    job->urgency = urgency;
    kube_transfer_prepare(&job->transfer, writer->config, &job->request,
                          kube_token_get(&writer->token, writer->config),
                          writer->options.timeout_ms);
    writer->in_flight[urgency]++;
    job->next = writer->active;
    writer->active = job;
    curl_multi_add_handle(writer->multi, job->transfer.easy);
}

static bool take(struct kube_writer *writer, enum kube_urgency urgency, struct order *out_order)
{
    if (writer->in_flight[urgency] >= writer->options.in_flight_max[urgency]) {
        return false;
    }
    pthread_mutex_lock(&writer->mutex);
    bool is_taken = !writer->is_stopping && queue_pop(&writer->waiting[urgency], out_order);
    pthread_mutex_unlock(&writer->mutex);
    return is_taken;
}

static void start_waiting(struct kube_writer *writer)
{
    struct order order;

    for (int urgency = 0; urgency < KUBE_URGENCY_COUNT; urgency++) {
        while (take(writer, (enum kube_urgency)urgency, &order)) {
            start(writer, (enum kube_urgency)urgency, &order);
        }
    }
}

static void finish(struct kube_writer *writer, struct job *job, CURLcode result)
{
    auto_kube_answer struct kube_answer answer = {0};
    struct job **link = &writer->active;

    while (*link != job) {
        link = &(*link)->next;
    }
    *link = job->next;
    curl_multi_remove_handle(writer->multi, job->transfer.easy);
    kube_transfer_conclude(&job->transfer, result, &answer);
    writer->in_flight[job->urgency]--;
    writer->options.done(writer->options.context, job->tag, &answer);
    kube_request_release(&job->request);
    job->next = writer->idle;
    writer->idle = job;
}

static void finish_done(struct kube_writer *writer)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(writer->multi, &left)) != NULL) {
        struct job *job = NULL;
        if (message->msg == CURLMSG_DONE) {
            CURLcode result = message->data.result;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&job);
            finish(writer, job, result);
        }
    }
}

static void refuse_waiting(struct kube_writer *writer)
{
    struct order order;

    for (int urgency = 0; urgency < KUBE_URGENCY_COUNT; urgency++) {
        while (queue_pop(&writer->waiting[urgency], &order)) {
            struct kube_answer answer = {.outcome = KUBE_NOT_SENT,
                                         .message = "the writer is ending"};
            writer->options.done(writer->options.context, order.tag, &answer);
            kube_request_release(&order.request);
        }
    }
}

static bool is_stopping(struct kube_writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    bool is_over = writer->is_stopping;
    pthread_mutex_unlock(&writer->mutex);
    return is_over;
}

/* What is in flight when the writer ends is waited for, bounded by its own timeout. */
static void *run(void *argument)
{
    struct kube_writer *writer = argument;
    int running = 0;

    while (!is_stopping(writer) || writer->active != NULL) {
        start_waiting(writer);
        curl_multi_perform(writer->multi, &running);
        finish_done(writer);
        start_waiting(writer);
        curl_multi_perform(writer->multi, &running);
        if (!is_stopping(writer) || writer->active != NULL) {
            curl_multi_poll(writer->multi, NULL, 0, POLL_MS, NULL);
        }
    }
    refuse_waiting(writer);
    return NULL;
}

struct kube_writer *kube_writer_create(const struct kube_config *config,
                                       const struct kube_writer_options *options)
{
    struct kube_writer *writer = memory_allocate(sizeof *writer);
    static const int in_flight_default[] = {IN_FLIGHT_URGENT, IN_FLIGHT_ROUTINE};

    writer->config = config;
    writer->options = *options;
    for (int i = 0; i < KUBE_URGENCY_COUNT; i++) {
        if (writer->options.in_flight_max[i] == 0) {
            writer->options.in_flight_max[i] = in_flight_default[i];
        }
    }
    if (writer->options.waiting_max == 0) {
        writer->options.waiting_max = WAITING_MAX;
    }
    if (writer->options.timeout_ms == 0) {
        writer->options.timeout_ms = TIMEOUT_MS;
    }
    writer->multi = curl_multi_init();
    curl_multi_setopt(writer->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    curl_multi_setopt(writer->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 2L);
    pthread_mutex_init(&writer->mutex, NULL);
    if (pthread_create(&writer->thread, NULL, run, writer) != 0) {
        abort();
    }
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
    while (writer->idle != NULL) {
        struct job *job = writer->idle;
        writer->idle = job->next;
        kube_transfer_release(&job->transfer);
        free(job);
    }
    for (int urgency = 0; urgency < KUBE_URGENCY_COUNT; urgency++) {
        free(writer->waiting[urgency].orders);
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
        queue_push(&writer->waiting[urgency], (struct order){*request, tag});
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
