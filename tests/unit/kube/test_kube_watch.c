/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "base/timed_wait.h"
#include "tests/unit/kube/fake_server.h"
#include "webhook/kube/kube_watch.h"

enum { PATIENT_MS = 20000 };

/* Writes down all that a watch tells, as "(name" for the begin of a list, "+name" and "-name" for
 * objects and ")round" for the end of a list; with the number of the resource behind a colon. */
struct recorder {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct text story;
};

static void tell(struct recorder *recorder, size_t resource, const char *sign, const char *what)
{
    pthread_mutex_lock(&recorder->mutex);
    text_append_format(&recorder->story, "%s%s:%zu ", sign, what, resource);
    pthread_cond_broadcast(&recorder->changed);
    pthread_mutex_unlock(&recorder->mutex);
}

static const char *name_of(const json_t *object)
{
    const json_t *metadata = json_object_get(object, "metadata");

    return json_string_value(json_object_get(metadata, "name"));
}

static void on_list_started(void *context, size_t resource)
{
    tell(context, resource, "(", "");
}

static void on_changed(void *context, size_t resource, const json_t *object)
{
    tell(context, resource, "+", name_of(object));
}

static void on_deleted(void *context, size_t resource, const json_t *object)
{
    tell(context, resource, "-", name_of(object));
}

static void on_listed(void *context, size_t resource, uint64_t round)
{
    char text[32];

    snprintf(text, sizeof text, "%llu", (unsigned long long)round);
    tell(context, resource, ")", text);
}

static bool is_not_boring(void *context, size_t resource, struct text_view json)
{
    (void)context;
    (void)resource;
    return memmem(json.bytes, json.size_bytes, "boring", 6) == NULL;
}

/* The answer to one request: a script of the server. */
struct step {
    const char *path; /* that the request must hold; NULL: whatever it asks */
    int status;       /* of a whole answer; 0: a watch */
    const char *body; /* of a watch: its lines */
    enum { ENDS, IS_CUT, GOES_ON, BREAKS_OFF } end; /* of a watch */
};

/* Steps in their order; behind the last one nothing is answered any more. */
struct script {
    struct recorder recorder;
    pthread_mutex_t mutex; /* guards the next two */
    const struct step *steps;
    size_t next;
    size_t count;
    struct text faults;
    struct fake_server *server;
    struct kube_config config;
    struct kube_watch_resource resources[2];
    struct kube_watch_handler handler;
    struct kube_watch *watch;
};

static const struct step *next_step(struct script *script, const char *path)
{
    const struct step *step = NULL;

    pthread_mutex_lock(&script->mutex);
    if (script->next < script->count) {
        step = &script->steps[script->next++];
        if (step->path != NULL && strstr(path, step->path) == NULL) {
            text_append_format(&script->faults, "wanted %s, got %s; ", step->path, path);
        }
    }
    pthread_mutex_unlock(&script->mutex);
    return step;
}

static bool play(void *context, int socket, const struct fake_request *request)
{
    const struct step *step = next_step(context, request->path);

    if (step == NULL) {
        return fake_hold(socket);
    }
    if (step->status != 0) {
        fake_reply(socket, step->status, "", step->body);
        return true;
    }
    fake_begin_chunks(socket);
    if (step->body[0] != '\0') {
        fake_send_chunk(socket, step->body);
    }
    if (step->end == ENDS) {
        fake_end_chunks(socket);
    }
    return step->end == ENDS || (step->end == GOES_ON && fake_hold(socket));
}

static struct script *start_with(const struct step *steps, size_t count, int relist_seconds,
                                 bool is_optional)
{
    struct script *script = memory_allocate(sizeof *script);

    pthread_mutex_init(&script->recorder.mutex, NULL);
    timed_wait_init(&script->recorder.changed);
    pthread_mutex_init(&script->mutex, NULL);
    script->steps = steps;
    script->count = count;
    script->server = fake_server_create(play, script);
    script->config.server = (char *)fake_server_url(script->server);
    script->resources[0] = (struct kube_watch_resource){"/api/v1/things", is_optional};
    script->handler = (struct kube_watch_handler){
        .context = &script->recorder,
        .list_started = on_list_started,
        .changed = on_changed,
        .deleted = on_deleted,
        .listed = on_listed,
        .is_interesting = is_not_boring,
    };
    script->watch =
        kube_watch_create(&script->config, script->resources, 1, &script->handler, relist_seconds);
    return script;
}

#define START(steps) start_with((steps), ARRAY_LENGTH(steps), 0, false)

static void wait_for_story(struct script *script, const char *story)
{
    struct recorder *recorder = &script->recorder;

    pthread_mutex_lock(&recorder->mutex);
    while (recorder->story.bytes == NULL || strstr(recorder->story.bytes, story) == NULL) {
        if (!timed_wait(&recorder->changed, &recorder->mutex, PATIENT_MS)) {
            cr_assert_fail("waited for '%s': %s (%s)", story, recorder->story.bytes,
                           script->faults.bytes);
        }
    }
    pthread_mutex_unlock(&recorder->mutex);
}

static void finish(struct script *script)
{
    kube_watch_destroy(script->watch);
    fake_server_destroy(script->server);
    cr_expect_null(script->faults.bytes, "%s", script->faults.bytes);
    text_release(&script->faults);
    text_release(&script->recorder.story);
    pthread_cond_destroy(&script->recorder.changed);
    pthread_mutex_destroy(&script->recorder.mutex);
    pthread_mutex_destroy(&script->mutex);
    free(script);
}

#define OBJECT(name, version)                                                                      \
    "{\"metadata\":{\"name\":\"" name "\",\"managedFields\":[{}],\"resourceVersion\":\"" version   \
    "\"}}"
#define LIST(version, token, items)                                                                \
    "{\"metadata\":{\"resourceVersion\":\"" version "\",\"continue\":\"" token                     \
    "\"},\"items\":[" items "]}"
#define EVENT(type, name, version) "{\"type\":\"" type "\",\"object\":" OBJECT(name, version) "}\n"
#define EXPIRED "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410}}\n"

Test(kube_watch, lists_and_goes_on_from_there)
{
    static const struct step steps[] = {
        {"/api/v1/things?limit=500", 200, LIST("7", "", OBJECT("a", "1")), ENDS},
        {"?watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=", 0,
         EVENT("ADDED", "b", "8") EVENT("MODIFIED", "a", "9") EVENT("DELETED", "b", "10"), GOES_ON},
    };
    struct script *script = START(steps);

    wait_for_story(script, "(:0 +a:0 )0:0 +b:0 +a:0 -b:0 ");
    finish(script);
}

Test(kube_watch, reads_a_list_page_by_page)
{
    static const struct step steps[] = {
        {"?limit=500", 200, LIST("7", "a+b", OBJECT("a", "1")), ENDS},
        {"?limit=500&continue=a%2Bb", 200, LIST("7", "", OBJECT("b", "2")), ENDS},
        {"resourceVersion=7&", 0, "", GOES_ON},
    };
    struct script *script = START(steps);

    wait_for_story(script, "(:0 +a:0 +b:0 )0:0 ");
    finish(script);
}

Test(kube_watch, begins_a_list_anew_when_its_pages_have_expired)
{
    static const struct step steps[] = {
        {"?limit=500", 200, LIST("7", "next", OBJECT("a", "1")), ENDS},
        {"&continue=next", 410, "{\"reason\":\"Expired\"}", ENDS},
        {"?limit=500", 200, LIST("9", "", OBJECT("b", "2")), ENDS},
        {"resourceVersion=9&", 0, "", GOES_ON},
    };
    struct script *script = START(steps);

    wait_for_story(script, "(:0 +a:0 (:0 +b:0 )0:0 ");
    finish(script);
}

Test(kube_watch, goes_on_after_a_watch_that_ended_in_its_time)
{
    static const struct step steps[] = {
        {"?limit=500", 200, LIST("7", "", ""), ENDS},
        {"resourceVersion=7&", 0, EVENT("ADDED", "a", "8"), ENDS},
        {"resourceVersion=8&", 0, EVENT("BOOKMARK", "", "9"), ENDS},
        {"resourceVersion=9&", 0, EVENT("ADDED", "b", "10"), GOES_ON},
    };
    struct script *script = START(steps);

    wait_for_story(script, "(:0 )0:0 +a:0 +b:0 ");
    finish(script);
}

Test(kube_watch, goes_on_after_what_breaks)
{
    static const struct step steps[] = {
        {"?limit=500", 500, "{\"message\":\"no\"}", ENDS},
        {"?limit=500", 200, LIST("7", "", ""), ENDS},
        {"resourceVersion=7&", 0, EVENT("ADDED", "a", "8"), IS_CUT},
        {"resourceVersion=8&", 0, EVENT("ADDED", "b", "9") "{\"type\":\"ADDED\",\"ob", IS_CUT},
        {"resourceVersion=9&", 500, "{\"message\":\"no\"}", ENDS},
        {"resourceVersion=9&", 0, EVENT("ADDED", "c", "10"), GOES_ON},
    };
    struct script *script = START(steps);

    wait_for_story(script, "(:0 )0:0 +a:0 +b:0 +c:0 ");
    finish(script);
}

Test(kube_watch, lists_anew_when_it_cannot_go_on)
{
    static const struct step faults[] = {
        {"resourceVersion=7&", 0, EXPIRED, GOES_ON},
        {"resourceVersion=7&", 410, "{\"reason\":\"Expired\"}", ENDS},
        {"resourceVersion=7&", 404, "{\"reason\":\"NotFound\"}", ENDS},
        {"resourceVersion=7&", 0, "{\"type\":\"ERROR\",\"object\":{\"code\":500}}\n", GOES_ON},
        {"resourceVersion=7&", 0, "garbage\n", GOES_ON},
        {"resourceVersion=7&", 0, "{\"type\":\"ADDED\",\"object\":{}}\n", GOES_ON},
        {"resourceVersion=7&", 0,
         "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"resourceVersion\":\"8\"},}}\n", GOES_ON},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(faults); i++) {
        const struct step steps[] = {
            {"?limit=500", 200, LIST("7", "", ""), ENDS},
            faults[i],
            {"?limit=500", 200, LIST("20", "", OBJECT("a", "1")), ENDS},
            {"resourceVersion=20&", 0, "", GOES_ON},
        };
        struct script *script = START(steps);
        wait_for_story(script, "(:0 )0:0 (:0 +a:0 )0:0 ");
        cr_assert_geq(fake_server_count_connections(script->server), 2);
        finish(script);
    }
}

Test(kube_watch, tells_nothing_of_what_is_not_interesting)
{
    static const struct step steps[] = {
        {"?limit=500", 200, LIST("7", "", OBJECT("boring", "1") "," OBJECT("a", "2")), ENDS},
        {"resourceVersion=7&", 0, EVENT("ADDED", "boring", "8"), ENDS},
        {"resourceVersion=8&", 0, EVENT("ADDED", "b", "9"), GOES_ON},
    };
    struct script *script = START(steps);

    wait_for_story(script, "(:0 +a:0 )0:0 +b:0 ");
    finish(script);
}

Test(kube_watch, leaves_out_of_a_list_what_cannot_be_decoded)
{
    static const struct step steps[] = {
        {"?limit=500", 200, LIST("7", "", "{\"a\":1,}," OBJECT("a", "2")), ENDS},
        {"resourceVersion=7&", 0, "", GOES_ON},
    };
    struct script *script = START(steps);

    wait_for_story(script, "(:0 +a:0 )0:0 ");
    finish(script);
}

Test(kube_watch, takes_no_list_that_breaks_off)
{
    static const struct step steps[] = {
        {"?limit=500", 200, "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[{}", ENDS},
        {"?limit=500", 200, "<html>", ENDS},
        {"?limit=500", 200, LIST("7", "", OBJECT("a", "2")), ENDS},
        {"resourceVersion=7&", 0, "", GOES_ON},
    };
    struct script *script = START(steps);

    wait_for_story(script, "(:0 +a:0 )0:0 ");
    finish(script);
}

Test(kube_watch, takes_an_absent_optional_collection_for_an_empty_one)
{
    static const struct step steps[] = {
        {"?limit=500", 404, "404 page not found\n", ENDS},
        {"?limit=500", 404, "404 page not found\n", ENDS},
    };
    struct script *script = start_with(steps, ARRAY_LENGTH(steps), 0, true);

    wait_for_story(script, "(:0 )0:0 ");
    kube_watch_relist(script->watch, 3);
    wait_for_story(script, "(:0 )0:0 (:0 )3:0 ");
    finish(script);
}

Test(kube_watch, does_not_take_another_absent_collection_for_an_empty_one)
{
    static const struct step steps[] = {
        {"?limit=500", 404, "404 page not found\n", ENDS},
        {"?limit=500", 200, LIST("7", "", OBJECT("a", "2")), ENDS},
    };
    struct script *script = START(steps);

    wait_for_story(script, "+a:0 )0:0 ");
    cr_assert(text_starts_with(script->recorder.story.bytes, "(:0 +a:0 )"));
    finish(script);
}

Test(kube_watch, lists_over_a_new_connection_when_asked)
{
    static const struct step steps[] = {
        {"?limit=500", 200, LIST("7", "", ""), ENDS},
        {"resourceVersion=7&", 0, EVENT("ADDED", "a", "8"), GOES_ON},
        {"?limit=500", 200, LIST("9", "", OBJECT("b", "9")), ENDS},
        {"resourceVersion=9&", 0, EVENT("ADDED", "c", "10"), GOES_ON},
    };
    struct script *script = START(steps);

    wait_for_story(script, "(:0 )0:0 +a:0 ");
    kube_watch_relist(script->watch, 5);
    wait_for_story(script, "+a:0 (:0 +b:0 )5:0 +c:0 ");
    cr_assert_eq(fake_server_count_connections(script->server), 2);
    finish(script);
}

/* The first list is not answered: there is no step for it. */
static bool hold_the_first(void *context, int socket, const struct fake_request *request)
{
    return request->number == 1 ? fake_hold(socket) : play(context, socket, request);
}

Test(kube_watch, does_not_wait_for_a_stalled_list_when_asked_again)
{
    static const struct step steps[] = {
        {"?limit=500", 200, LIST("9", "", OBJECT("b", "9")), ENDS},
        {"resourceVersion=9&", 0, "", GOES_ON},
    };
    struct script script = {.steps = steps, .count = ARRAY_LENGTH(steps)};
    struct fake_server *server = fake_server_create(hold_the_first, &script);
    script.config.server = (char *)fake_server_url(server);
    script.resources[0] = (struct kube_watch_resource){"/api/v1/things", false};
    script.handler = (struct kube_watch_handler){&script.recorder, on_list_started, on_changed,
                                                 on_deleted,       on_listed,       NULL};
    pthread_mutex_init(&script.recorder.mutex, NULL);
    pthread_mutex_init(&script.mutex, NULL);
    timed_wait_init(&script.recorder.changed);
    script.watch = kube_watch_create(&script.config, script.resources, 1, &script.handler, 0);

    while (fake_server_count_requests(server) == 0) {
        sched_yield();
    }
    kube_watch_relist(script.watch, 2);
    wait_for_story(&script, "(:0 +b:0 )2:0 ");
    kube_watch_destroy(script.watch);
    fake_server_destroy(server);
    text_release(&script.recorder.story);
}

Test(kube_watch, lists_anew_now_and_then)
{
    static const struct step steps[] = {
        {"?limit=500", 200, LIST("7", "", ""), ENDS},
        {"resourceVersion=7&", 0, EVENT("ADDED", "a", "8"), GOES_ON},
        {"?limit=500", 200, LIST("9", "", OBJECT("b", "9")), ENDS},
        {"resourceVersion=9&", 0, "", GOES_ON},
    };
    struct script *script = start_with(steps, ARRAY_LENGTH(steps), 1, false);

    wait_for_story(script, "(:0 )0:0 +a:0 (:0 +b:0 )0:0 ");
    finish(script);
}

Test(kube_watch, ends_while_nothing_is_answered)
{
    struct script *script = start_with(NULL, 0, 0, false);

    finish(script);
}
