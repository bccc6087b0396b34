/* SPDX-License-Identifier: Apache-2.0 */
/* The threads of webhook/kube under load, for ThreadSanitizer: pushes and relists come from many
 * threads, connections break, and everything is ended in the midst of it. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "base/timed_wait.h"
#include "tests/unit/kube/fake_server.h"
#include "webhook/kube/kube_client.h"
#include "webhook/kube/kube_watch.h"
#include "webhook/kube/kube_writer.h"

enum { PUSHERS = 4, PUSHES_EACH = 500, PATIENT_MS = 60000 };

/* Counts what happens, for those who wait for it. */
struct counter {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int count;
};

static void counter_init(struct counter *counter)
{
    pthread_mutex_init(&counter->mutex, NULL);
    timed_wait_init(&counter->changed);
    counter->count = 0;
}

static void counter_add(struct counter *counter)
{
    pthread_mutex_lock(&counter->mutex);
    counter->count++;
    pthread_cond_broadcast(&counter->changed);
    pthread_mutex_unlock(&counter->mutex);
}

static bool counter_wait_for(struct counter *counter, int count)
{
    pthread_mutex_lock(&counter->mutex);
    while (counter->count < count && timed_wait(&counter->changed, &counter->mutex, PATIENT_MS)) {
    }
    bool is_reached = counter->count >= count;
    pthread_mutex_unlock(&counter->mutex);
    return is_reached;
}

static void counter_release(struct counter *counter)
{
    pthread_cond_destroy(&counter->changed);
    pthread_mutex_destroy(&counter->mutex);
}

/* Every eleventh connection breaks in the midst of a request. */
static bool answer_mostly(void *context, int socket, const struct fake_request *request)
{
    (void)context;
    if (request->number % 11 == 0) {
        return false;
    }
    fake_reply(socket, request->number % 7 == 0 ? 409 : 200, "", "{}");
    return true;
}

struct load {
    struct kube_writer *writer;
    struct counter answered;
    atomic_int answers[PUSHERS * PUSHES_EACH]; /* of each tag */
    atomic_int pushed;
    atomic_int next_pusher;
};

static void on_answer(void *context, uint64_t tag, struct kube_answer *answer)
{
    struct load *load = context;

    (void)answer;
    atomic_fetch_add(&load->answers[tag], 1);
    counter_add(&load->answered);
}

static void *push_many(void *argument)
{
    struct load *load = argument;
    uint64_t first = (uint64_t)atomic_fetch_add(&load->next_pusher, 1) * PUSHES_EACH;

    for (uint64_t tag = first; tag < first + PUSHES_EACH; tag++) {
        struct kube_request request = {KUBE_POST, memory_copy_text("/a"), memory_copy_text("{}"),
                                       false};
        enum kube_urgency urgency = tag % 2 == 0 ? KUBE_URGENT : KUBE_ROUTINE;
        if (kube_writer_push_take(load->writer, urgency, tag, &request)) {
            atomic_fetch_add(&load->pushed, 1);
        }
    }
    return NULL;
}

/* Each request that was taken is answered once, also when the end comes in between. */
static bool writer_answers_each_once(bool ends_early)
{
    struct load *load = memory_allocate(sizeof *load);
    struct fake_server *server = fake_server_create(answer_mostly, NULL);
    const struct kube_config config = {.server = (char *)fake_server_url(server)};
    const struct kube_writer_options options = {.done = on_answer, .context = load};
    pthread_t threads[PUSHERS];
    bool is_right = true;

    counter_init(&load->answered);
    load->writer = kube_writer_create(&config, &options);
    for (int i = 0; i < PUSHERS; i++) {
        pthread_create(&threads[i], NULL, push_many, load);
    }
    for (int i = 0; i < PUSHERS; i++) {
        pthread_join(threads[i], NULL);
    }
    if (!ends_early) {
        is_right = counter_wait_for(&load->answered, PUSHERS * PUSHES_EACH);
    }
    kube_writer_destroy(load->writer);
    for (int tag = 0; tag < PUSHERS * PUSHES_EACH; tag++) {
        is_right = is_right && atomic_load(&load->answers[tag]) == 1;
    }
    is_right = is_right && atomic_load(&load->pushed) == PUSHERS * PUSHES_EACH;
    counter_release(&load->answered);
    fake_server_destroy(server);
    free(load);
    return is_right;
}

static bool writer_answers_all(void)
{
    return writer_answers_each_once(false);
}

static bool writer_answers_all_at_its_end(void)
{
    return writer_answers_each_once(true);
}

#define OBJECT "{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"8\"}}"

/* Lists and events; a third of the watches breaks off. */
static bool answer_watches(void *context, int socket, const struct fake_request *request)
{
    (void)context;
    if (strstr(request->path, "watch=true") == NULL) {
        fake_reply(socket, 200, "",
                   "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[" OBJECT "]}");
        return true;
    }
    fake_begin_chunks(socket);
    fake_send_chunk(socket, "{\"type\":\"ADDED\",\"object\":" OBJECT "}\n");
    return request->number % 3 != 0 && fake_hold(socket);
}

struct audience {
    struct counter listed;
    atomic_int objects;
    atomic_uint_fast64_t rounds[2];
};

static void on_list_started(void *context, size_t resource)
{
    (void)context;
    (void)resource;
}

static void on_object(void *context, size_t resource, const json_t *object)
{
    struct audience *audience = context;

    (void)resource;
    (void)object;
    atomic_fetch_add(&audience->objects, 1);
}

static void on_listed(void *context, size_t resource, uint64_t round)
{
    struct audience *audience = context;

    atomic_store(&audience->rounds[resource], round);
    counter_add(&audience->listed);
}

static bool wait_for_round(struct audience *audience, uint64_t round)
{
    int seen = 0;

    while (atomic_load(&audience->rounds[0]) < round || atomic_load(&audience->rounds[1]) < round) {
        if (!counter_wait_for(&audience->listed, ++seen)) {
            return false;
        }
    }
    return true;
}

static void *relist_often(void *argument)
{
    for (uint64_t round = 1; round <= 20; round++) {
        kube_watch_relist(argument, round);
    }
    return NULL;
}

static bool watch_bears_relists(void)
{
    static const struct kube_watch_resource resources[] = {{"/api/v1/a", false},
                                                           {"/api/v1/b", true}};
    struct audience audience = {0};
    struct fake_server *server = fake_server_create(answer_watches, NULL);
    const struct kube_config config = {.server = (char *)fake_server_url(server)};
    const struct kube_watch_handler handler = {&audience, on_list_started, on_object,
                                               on_object, on_listed,       NULL};
    pthread_t threads[PUSHERS];

    counter_init(&audience.listed);
    struct kube_watch *watch =
        kube_watch_create(&config, resources, ARRAY_LENGTH(resources), &handler, 1);
    for (int i = 0; i < PUSHERS; i++) {
        pthread_create(&threads[i], NULL, relist_often, watch);
    }
    for (int i = 0; i < PUSHERS; i++) {
        pthread_join(threads[i], NULL);
    }
    kube_watch_relist(watch, 21);
    bool is_right = wait_for_round(&audience, 21) && atomic_load(&audience.objects) > 0;
    kube_watch_relist(watch, 22); /* and is ended at once */
    kube_watch_destroy(watch);
    fake_server_destroy(server);
    counter_release(&audience.listed);
    return is_right;
}

static void *send_many(void *argument)
{
    const struct kube_config *config = argument;
    auto_kube_client struct kube_client *client = kube_client_create(config);

    for (int i = 0; i < 50; i++) {
        json_auto_t *json = NULL;
        if (kube_client_get(client, "/a", PATIENT_MS, &json, NULL) == KUBE_NOT_SENT) {
            return argument;
        }
    }
    return NULL;
}

static bool clients_do_not_meet(void)
{
    struct fake_server *server = fake_server_create(answer_mostly, NULL);
    struct kube_config config = {.server = (char *)fake_server_url(server)};
    pthread_t threads[PUSHERS];
    bool is_right = true;

    for (int i = 0; i < PUSHERS; i++) {
        pthread_create(&threads[i], NULL, send_many, &config);
    }
    for (int i = 0; i < PUSHERS; i++) {
        void *fault = NULL;
        pthread_join(threads[i], &fault);
        is_right = is_right && fault == NULL;
    }
    fake_server_destroy(server);
    return is_right;
}

int main(void)
{
    static const struct {
        const char *name;
        bool (*run)(void);
    } cases[] = {
        {"the writer answers all", writer_answers_all},
        {"the writer answers all at its end", writer_answers_all_at_its_end},
        {"the watch bears relists", watch_bears_relists},
        {"clients do not meet", clients_do_not_meet},
    };
    int failed = 0;

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        bool is_right = cases[i].run();
        failed += is_right ? 0 : 1;
        printf("%s: %s\n", is_right ? "passed" : "FAILED", cases[i].name);
    }
    printf("%d passed, %d failed\n", (int)ARRAY_LENGTH(cases) - failed, failed);
    return failed != 0;
}
