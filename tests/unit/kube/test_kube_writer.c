/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/timed_wait.h"
#include "tests/unit/kube/fake_server.h"
#include "webhook/kube/kube_writer.h"

enum { PATIENT_MS = 20000 };

/* Who waits for the answers. */
struct ears {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct text heard; /* "tag:outcome " each */
    int count;
};

static void hear(void *context, uint64_t tag, struct kube_answer *answer)
{
    struct ears *ears = context;

    pthread_mutex_lock(&ears->mutex);
    text_append_format(&ears->heard, "%d:%s ", (int)tag, kube_outcome_name(answer->outcome));
    ears->count++;
    pthread_cond_broadcast(&ears->changed);
    pthread_mutex_unlock(&ears->mutex);
}

static void wait_for_count(struct ears *ears, int count)
{
    pthread_mutex_lock(&ears->mutex);
    while (ears->count < count) {
        cr_assert(timed_wait(&ears->changed, &ears->mutex, PATIENT_MS));
    }
    pthread_mutex_unlock(&ears->mutex);
}

struct fixture {
    struct ears ears;
    struct fake_server *server;
    struct kube_config config;
    struct kube_writer *writer;
};

static struct fixture *set_up(fake_handle *handle, void *context,
                              struct kube_writer_options options)
{
    struct fixture *fixture = memory_allocate(sizeof *fixture);

    pthread_mutex_init(&fixture->ears.mutex, NULL);
    timed_wait_init(&fixture->ears.changed);
    fixture->server = fake_server_create(handle, context);
    fixture->config.server = (char *)fake_server_url(fixture->server);
    options.done = hear;
    options.context = &fixture->ears;
    fixture->writer = kube_writer_create(&fixture->config, &options);
    return fixture;
}

static void tear_down(struct fixture *fixture)
{
    kube_writer_destroy(fixture->writer);
    fake_server_destroy(fixture->server);
    text_release(&fixture->ears.heard);
    pthread_cond_destroy(&fixture->ears.changed);
    pthread_mutex_destroy(&fixture->ears.mutex);
    free(fixture);
}

static bool push(struct fixture *fixture, enum kube_urgency urgency, uint64_t tag)
{
    struct kube_request request = {
        .method = KUBE_POST, .path = text_format("/%d", (int)tag), .body = memory_copy_text("{}")};

    return kube_writer_push_take(fixture->writer, urgency, tag, &request);
}

static bool accept_all(void *context, int socket, const struct fake_request *request)
{
    (void)context;
    (void)request;
    fake_reply(socket, 201, "", "{}");
    return true;
}

Test(kube_writer, answers_each_request_once)
{
    struct fixture *fixture = set_up(accept_all, NULL, (struct kube_writer_options){0});

    for (uint64_t i = 0; i < 200; i++) {
        cr_assert(push(fixture, i % 2 == 0 ? KUBE_URGENT : KUBE_ROUTINE, i));
    }
    wait_for_count(&fixture->ears, 200);
    cr_assert_eq(fake_server_count_requests(fixture->server), 200);
    cr_assert(fake_server_count_connections(fixture->server) <= 24);
    cr_assert_not_null(strstr(fixture->ears.heard.bytes, "199:done "));
    tear_down(fixture);
}

/* A gate that a request waits at. */
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t opened;
    bool is_open;
    struct text paths; /* that came, in their order */
    pthread_cond_t came;
};

static void gate_init(struct gate *gate)
{
    *gate = (struct gate){.mutex = PTHREAD_MUTEX_INITIALIZER};
    timed_wait_init(&gate->opened);
    timed_wait_init(&gate->came);
}

static void gate_release(struct gate *gate)
{
    text_release(&gate->paths);
    pthread_cond_destroy(&gate->opened);
    pthread_cond_destroy(&gate->came);
}

static void gate_open(struct gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->is_open = true;
    pthread_cond_broadcast(&gate->opened);
    pthread_mutex_unlock(&gate->mutex);
}

static void gate_wait_for(struct gate *gate, const char *path)
{
    pthread_mutex_lock(&gate->mutex);
    while (gate->paths.bytes == NULL || strstr(gate->paths.bytes, path) == NULL) {
        cr_assert(timed_wait(&gate->came, &gate->mutex, PATIENT_MS));
    }
    pthread_mutex_unlock(&gate->mutex);
}

static bool wait_at_gate(void *context, int socket, const struct fake_request *request)
{
    struct gate *gate = context;

    pthread_mutex_lock(&gate->mutex);
    text_append_format(&gate->paths, "%s ", request->path);
    pthread_cond_broadcast(&gate->came);
    while (!gate->is_open && timed_wait(&gate->opened, &gate->mutex, PATIENT_MS)) {
    }
    pthread_mutex_unlock(&gate->mutex);
    fake_reply(socket, 200, "", "{}");
    return true;
}

Test(kube_writer, lets_urgent_requests_pass_routine_ones)
{
    struct gate gate;
    gate_init(&gate);
    struct fixture *fixture =
        set_up(wait_at_gate, &gate, (struct kube_writer_options){.in_flight_max = {1, 1}});

    cr_assert(push(fixture, KUBE_ROUTINE, 10));
    gate_wait_for(&gate, "/10 ");
    cr_assert(push(fixture, KUBE_ROUTINE, 11));
    cr_assert(push(fixture, KUBE_URGENT, 20)); /* sent although a routine one is stuck */
    gate_wait_for(&gate, "/20 ");
    cr_assert_str_eq(gate.paths.bytes, "/10 /20 ");
    gate_open(&gate);
    wait_for_count(&fixture->ears, 3);
    tear_down(fixture);
    gate_release(&gate);
}

Test(kube_writer, keeps_the_order_within_a_class)
{
    struct gate gate;
    gate_init(&gate);
    struct fixture *fixture =
        set_up(wait_at_gate, &gate, (struct kube_writer_options){.in_flight_max = {1, 1}});

    for (uint64_t i = 1; i <= 4; i++) {
        cr_assert(push(fixture, KUBE_URGENT, i));
    }
    gate_open(&gate);
    wait_for_count(&fixture->ears, 4);
    cr_assert_str_eq(gate.paths.bytes, "/1 /2 /3 /4 ");
    tear_down(fixture);
    gate_release(&gate);
}

Test(kube_writer, refuses_what_is_too_much)
{
    struct gate gate;
    gate_init(&gate);
    struct fixture *fixture =
        set_up(wait_at_gate, &gate,
               (struct kube_writer_options){.in_flight_max = {1, 1}, .waiting_max = 2});

    cr_assert(push(fixture, KUBE_URGENT, 1));
    gate_wait_for(&gate, "/1 ");
    cr_assert(push(fixture, KUBE_URGENT, 2));
    cr_assert(push(fixture, KUBE_URGENT, 3));
    cr_assert_not(push(fixture, KUBE_URGENT, 4));
    cr_assert(push(fixture, KUBE_ROUTINE, 5));
    gate_open(&gate);
    wait_for_count(&fixture->ears, 4);
    tear_down(fixture);
    gate_release(&gate);
}

Test(kube_writer, waits_at_the_end_for_what_is_in_flight_and_sends_nothing_more)
{
    struct gate gate;
    gate_init(&gate);
    struct fixture *fixture =
        set_up(wait_at_gate, &gate, (struct kube_writer_options){.in_flight_max = {1, 1}});

    cr_assert(push(fixture, KUBE_URGENT, 1));
    cr_assert(push(fixture, KUBE_URGENT, 2));
    gate_wait_for(&gate, "/1 ");
    gate_open(&gate);
    kube_writer_destroy(take_pointer(&fixture->writer));
    cr_assert_eq(fixture->ears.count, 2);
    cr_assert(text_starts_with(fixture->ears.heard.bytes, "1:done 2:"));
    tear_down(fixture);
    gate_release(&gate);
}

static bool hold(void *context, int socket, const struct fake_request *request)
{
    (void)context;
    (void)request;
    return fake_hold(socket);
}

Test(kube_writer, bounds_the_time_of_what_is_in_flight)
{
    struct fixture *fixture =
        set_up(hold, NULL, (struct kube_writer_options){.in_flight_max = {1, 1}, .timeout_ms = 50});

    cr_assert(push(fixture, KUBE_URGENT, 1));
    wait_for_count(&fixture->ears, 1);
    cr_assert_str_eq(fixture->ears.heard.bytes, "1:unknown ");
    tear_down(fixture);
}

/* The first request of each connection is answered; from then on the first two are silent. */
static bool stall_old_connections(void *context, int socket, const struct fake_request *request)
{
    struct gate *gate = context;

    pthread_mutex_lock(&gate->mutex);
    bool is_stalled = gate->is_open && request->connection <= 2;
    pthread_mutex_unlock(&gate->mutex);
    return is_stalled ? fake_hold(socket) : wait_at_gate(context, socket, request);
}

Test(kube_writer, leaves_kept_connections_when_one_has_gone_silent)
{
    struct gate gate;
    gate_init(&gate);
    struct fixture *fixture =
        set_up(stall_old_connections, &gate,
               (struct kube_writer_options){.in_flight_max = {2, 1}, .timeout_ms = 300});

    cr_assert(push(fixture, KUBE_URGENT, 1));
    cr_assert(push(fixture, KUBE_URGENT, 2));
    gate_wait_for(&gate, "/1 ");
    gate_wait_for(&gate, "/2 ");
    gate_open(&gate);
    wait_for_count(&fixture->ears, 2);
    for (uint64_t i = 3; i < 10; i++) { /* one pays the timeout, the others do not */
        cr_assert(push(fixture, KUBE_URGENT, i));
        wait_for_count(&fixture->ears, (int)i);
    }
    const char *unknown = strstr(fixture->ears.heard.bytes, ":unknown ");
    cr_assert_not_null(unknown);
    cr_assert_null(strstr(unknown + 1, ":unknown "), "%s", fixture->ears.heard.bytes);
    tear_down(fixture);
    gate_release(&gate);
}

Test(kube_writer, says_that_nothing_was_sent_where_nobody_listens)
{
    struct fixture *fixture = set_up(accept_all, NULL, (struct kube_writer_options){0});
    auto_free char *url = memory_copy_text(fake_server_url(fixture->server));
    fake_server_destroy(fixture->server);
    fixture->config.server = url;

    cr_assert(push(fixture, KUBE_ROUTINE, 1));
    wait_for_count(&fixture->ears, 1);
    cr_assert_str_eq(fixture->ears.heard.bytes, "1:not sent ");
    fixture->server = fake_server_create(accept_all, NULL);
    tear_down(fixture);
}
