/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "tests/unit/kube/fake_server.h"
#include "webhook/kube/kube_client.h"

enum { PATIENT_MS = 20000 };

struct fixture {
    struct fake_server *server;
    struct kube_config config;
    struct kube_client *client;
};

static struct fixture set_up(fake_handle *handle, void *context)
{
    return (struct fixture){.server = fake_server_create(handle, context)};
}

static struct kube_client *connect_client(struct fixture *fixture)
{
    fixture->config.server = (char *)fake_server_url(fixture->server);
    fixture->client = kube_client_create(&fixture->config);
    return fixture->client;
}

static void tear_down(struct fixture *fixture)
{
    kube_client_destroy(fixture->client);
    fake_server_destroy(fixture->server);
}

static enum kube_outcome send_once(struct kube_client *client, enum kube_method method,
                                   const char *body, int timeout_ms)
{
    auto_kube_request struct kube_request request = {
        .method = method, .path = memory_copy_text("/a"), .body = memory_copy_text(body)};
    auto_kube_answer struct kube_answer answer = {0};

    kube_client_send(client, &request, timeout_ms, &answer);
    cr_assert(answer.outcome == KUBE_DONE || answer.message[0] != '\0');
    return answer.outcome;
}

/* Writes down what came. */
static bool note(void *context, int socket, const struct fake_request *request)
{
    text_append_format(context, "%s %s\n%s\n%s\n", request->method, request->path, request->head,
                       request->body);
    fake_reply(socket, 200, "", "{\"a\":1}");
    return true;
}

Test(kube_client, sends_what_was_asked)
{
    static const struct {
        enum kube_method method;
        const char *body;
        const char *words[3];
    } cases[] = {
        {KUBE_GET, NULL, {"GET /a?b=c\n", "Accept: application/json\r\n", NULL}},
        {KUBE_POST, "{}", {"POST /a?b=c\n", "Content-Type: application/json\r\n", "\n{}\n"}},
        {KUBE_PUT,
         "{\"x\":1}",
         {"PUT /a?b=c\n", "Content-Type: application/json\r\n", "{\"x\":1}"}},
        {KUBE_DELETE, NULL, {"DELETE /a?b=c\n", NULL, NULL}},
        {KUBE_DELETE, "{\"x\":1}", {"DELETE /a?b=c\n", "{\"x\":1}", NULL}},
        {KUBE_JSON_PATCH, "[]", {"PATCH /a?b=c\n", "Type: application/json-patch+json\r\n", "[]"}},
        {KUBE_MERGE_PATCH,
         "{}",
         {"PATCH /a?b=c\n", "Type: application/merge-patch+json\r\n", "{}"}},
    };
    auto_text struct text seen = {0};
    struct fixture fixture = set_up(note, &seen);
    struct kube_client *client = connect_client(&fixture);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        auto_kube_request struct kube_request request = {
            cases[i].method, memory_copy_text("/a?b=c"), memory_copy_text(cases[i].body), false};
        auto_kube_answer struct kube_answer answer = {0};
        text_clear(&seen);
        kube_client_send(client, &request, PATIENT_MS, &answer);
        cr_assert_eq(answer.outcome, KUBE_DONE, "%s", answer.message);
        cr_assert_str_eq(answer.body, "{\"a\":1}");
        cr_assert_eq(answer.body_bytes, 7);
        for (size_t j = 0; j < 3 && cases[i].words[j] != NULL; j++) {
            cr_assert_not_null(strstr(seen.bytes, cases[i].words[j]), "%s", seen.bytes);
        }
    }
    cr_assert_eq(fake_server_count_connections(fixture.server), 1);
    tear_down(&fixture);
}

Test(kube_client, asks_for_the_metadata_only)
{
    auto_text struct text seen = {0};
    struct fixture fixture = set_up(note, &seen);
    auto_kube_request struct kube_request request = {KUBE_GET, memory_copy_text("/a"), NULL, true};
    auto_kube_answer struct kube_answer answer = {0};

    kube_client_send(connect_client(&fixture), &request, PATIENT_MS, &answer);
    cr_assert_not_null(strstr(seen.bytes, "as=PartialObjectMetadata;"));
    tear_down(&fixture);
}

static bool hold(void *context, int socket, const struct fake_request *request)
{
    (void)context;
    (void)request;
    return fake_hold(socket);
}

Test(kube_client, does_not_know_what_became_of_what_is_not_answered_in_time)
{
    struct fixture fixture = set_up(hold, NULL);
    struct kube_client *client = connect_client(&fixture);
    int64_t start_ms = clock_monotonic_ms();

    cr_assert_eq(send_once(client, KUBE_POST, "{}", 100), KUBE_UNKNOWN);
    cr_assert(clock_monotonic_ms() - start_ms >= 99);
    cr_assert_eq(fake_server_count_requests(fixture.server), 1);
    tear_down(&fixture);
}

static bool cut(void *context, int socket, const struct fake_request *request)
{
    (void)context;
    (void)socket;
    (void)request;
    return false;
}

Test(kube_client, does_not_know_what_became_of_what_was_cut_off)
{
    struct fixture fixture = set_up(cut, NULL);

    cr_assert_eq(send_once(connect_client(&fixture), KUBE_POST, "{}", PATIENT_MS), KUBE_UNKNOWN);
    cr_assert_eq(fake_server_count_requests(fixture.server), 1);
    tear_down(&fixture);
}

static bool cut_the_second(void *context, int socket, const struct fake_request *request)
{
    (void)context;
    if (request->number == 2) {
        return false;
    }
    fake_reply(socket, 200, "", "{}");
    return true;
}

/* curl would do so by itself, on a kept connection. */
Test(kube_client, never_sends_a_write_twice)
{
    static const enum kube_method methods[] = {KUBE_POST, KUBE_PUT, KUBE_DELETE, KUBE_JSON_PATCH,
                                               KUBE_MERGE_PATCH};

    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        struct fixture fixture = set_up(cut_the_second, NULL);
        struct kube_client *client = connect_client(&fixture);
        const char *body = methods[i] == KUBE_DELETE ? NULL : "{}";

        cr_assert_eq(send_once(client, methods[i], body, PATIENT_MS), KUBE_DONE);
        cr_assert_eq(send_once(client, methods[i], body, PATIENT_MS), KUBE_UNKNOWN);
        cr_assert_eq(fake_server_count_requests(fixture.server), 2);
        cr_assert_eq(send_once(client, methods[i], body, PATIENT_MS), KUBE_DONE);
        tear_down(&fixture);
    }
}

Test(kube_client, reads_again_on_a_new_connection)
{
    struct fixture fixture = set_up(cut_the_second, NULL);
    struct kube_client *client = connect_client(&fixture);

    cr_assert_eq(send_once(client, KUBE_GET, NULL, PATIENT_MS), KUBE_DONE);
    cr_assert_eq(send_once(client, KUBE_GET, NULL, PATIENT_MS), KUBE_DONE);
    cr_assert_eq(fake_server_count_connections(fixture.server), 2);
    tear_down(&fixture);
}

Test(kube_client, knows_that_nothing_was_sent_where_nobody_listens)
{
    struct fixture fixture = set_up(cut, NULL);
    auto_free char *url = memory_copy_text(fake_server_url(fixture.server));
    fake_server_destroy(fixture.server);
    const struct kube_config config = {.server = url};
    auto_kube_client struct kube_client *client = kube_client_create(&config);

    cr_assert_eq(send_once(client, KUBE_POST, "{}", PATIENT_MS), KUBE_NOT_SENT);
}

Test(kube_client, knows_that_nothing_was_sent_where_tls_fails)
{
    struct fixture fixture = set_up(cut, NULL);
    auto_free char *url = text_format("https%s", fake_server_url(fixture.server) + 4);
    fixture.config.server = url;
    fixture.client = kube_client_create(&fixture.config);

    cr_assert_eq(send_once(fixture.client, KUBE_POST, "{}", 500), KUBE_NOT_SENT);
    tear_down(&fixture);
}

static bool ask_to_wait(void *context, int socket, const struct fake_request *request)
{
    (void)context;
    (void)request;
    fake_reply(socket, 429, "Retry-After: 7\r\n", "{\"message\":\"too many requests\"}");
    return true;
}

Test(kube_client, tells_how_long_the_server_wants_to_be_left_alone)
{
    struct fixture fixture = set_up(ask_to_wait, NULL);
    auto_kube_request struct kube_request request = {KUBE_POST, memory_copy_text("/a"),
                                                     memory_copy_text("{}"), false};
    auto_kube_answer struct kube_answer answer = {0};

    kube_client_send(connect_client(&fixture), &request, PATIENT_MS, &answer);
    cr_assert_eq(answer.outcome, KUBE_RETRY);
    cr_assert_eq(answer.status, 429);
    cr_assert_eq(answer.retry_after_seconds, 7);
    cr_assert_str_eq(answer.message, "too many requests");
    tear_down(&fixture);
}

static char token_path[] = "kube-client-XXXXXX";

/* Rotates the token while the request is on its way. */
static bool want_second_token(void *context, int socket, const struct fake_request *request)
{
    const char *next = context;

    if (strstr(request->head, "Authorization: Bearer second\r\n") != NULL) {
        fake_reply(socket, 200, "", "{}");
        return true;
    }
    if (!file_replace(token_path, next, strlen(next), 0600, NULL)) {
        return false;
    }
    fake_reply(socket, 401, "", "{\"message\":\"Unauthorized\"}");
    return true;
}

static void check_renewal(char *next, enum kube_outcome outcome, int request_count)
{
    struct fixture fixture = set_up(want_second_token, next);
    close(mkstemp(token_path));
    cr_assert(file_replace(token_path, "first", 5, 0600, NULL));
    fixture.config.token_path = token_path;

    enum kube_outcome actual = send_once(connect_client(&fixture), KUBE_POST, "{}", PATIENT_MS);
    unlink(token_path);
    cr_assert_eq(actual, outcome);
    cr_assert_eq(fake_server_count_requests(fixture.server), request_count);
    tear_down(&fixture);
}

Test(kube_client, sends_again_with_the_token_that_has_come)
{
    check_renewal((char[]){"second"}, KUBE_DONE, 2);
}

Test(kube_client, gives_up_with_the_token_that_was_refused)
{
    check_renewal((char[]){"first"}, KUBE_REFUSED, 1);
}

Test(kube_client, gives_up_when_the_second_token_is_refused_too)
{
    check_renewal((char[]){"third"}, KUBE_REFUSED, 2);
}

static bool answer_garbage(void *context, int socket, const struct fake_request *request)
{
    (void)request;
    fake_send(socket, context);
    return false;
}

Test(kube_client, survives_garbage)
{
    static const char *const answers[] = {
        "\r\n\r\n",
        "HTTP/1.1 \r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "SSH-2.0-x\r\n",
    };

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct fixture fixture = set_up(answer_garbage, (void *)answers[i]);
        cr_assert_eq(send_once(connect_client(&fixture), KUBE_POST, "{}", PATIENT_MS), KUBE_UNKNOWN,
                     "%s", answers[i]);
        tear_down(&fixture);
    }
}

Test(kube_client, gets_json)
{
    auto_text struct text seen = {0};
    struct fixture fixture = set_up(note, &seen);
    json_auto_t *json = NULL;
    struct error error = {0};

    cr_assert_eq(kube_client_get(connect_client(&fixture), "/a", PATIENT_MS, &json, &error),
                 KUBE_DONE);
    cr_assert_eq(json_integer_value(json_object_get(json, "a")), 1);
    tear_down(&fixture);
}

static bool deny(void *context, int socket, const struct fake_request *request)
{
    (void)request;
    fake_reply(socket, *(int *)context, "", "{\"message\":\"said\"}");
    return true;
}

Test(kube_client, tells_why_a_get_failed)
{
    static const struct {
        int status;
        enum kube_outcome outcome;
        enum error_code code;
    } cases[] = {
        {404, KUBE_NOT_FOUND, ERROR_NOT_FOUND},
        {403, KUBE_REFUSED, ERROR_REFUSED},
        {429, KUBE_RETRY, ERROR_UNAVAILABLE},
        {500, KUBE_UNKNOWN, ERROR_UNAVAILABLE},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture = set_up(deny, (void *)&cases[i].status);
        json_t *json = NULL;
        struct error error = {0};
        enum kube_outcome outcome =
            kube_client_get(connect_client(&fixture), "/a", PATIENT_MS, &json, &error);
        cr_assert_eq(outcome, cases[i].outcome);
        cr_assert_eq(error.code, cases[i].code);
        cr_assert_str_eq(error.message, "getting '/a': said");
        cr_assert_null(json);
        tear_down(&fixture);
    }
}
