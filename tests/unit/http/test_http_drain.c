/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "tests/unit/http/fixture.h"

enum { PATIENCE_MS = 10000, TURN_MS = 5 };

/* http_server_drain on a thread of its own. */
struct drain {
    struct fixture *fixture;
    int deadline_ms;
    pthread_t thread;
    int64_t took_ms;
};

static void *run(void *argument)
{
    struct drain *drain = argument;
    int64_t started_ms = clock_monotonic_ms();

    http_server_drain(drain->fixture->server, drain->deadline_ms);
    drain->took_ms = clock_monotonic_ms() - started_ms;
    return NULL;
}

static void start(struct drain *drain)
{
    cr_assert_eq(pthread_create(&drain->thread, NULL, run, drain), 0);
}

static void finish(struct drain *drain)
{
    cr_assert_eq(pthread_join(drain->thread, NULL), 0);
}

static struct peer connect_to(const struct fixture *fixture)
{
    struct peer peer = PEER_NONE;

    cr_assert(peer_connect(&peer, fixture->port));
    return peer;
}

static void expect_echo(struct peer *peer)
{
    auto_peer_answer struct peer_answer answer = {0};

    cr_assert(peer_request(peer, "POST", "/echo", "here"));
    cr_assert(peer_receive(peer, &answer));
    cr_assert_str_eq(answer.body, "here");
}

static void expect_last(struct peer *peer, const char *body)
{
    auto_peer_answer struct peer_answer answer = {0};

    cr_assert(peer_receive(peer, &answer));
    cr_assert_eq(answer.status, 200);
    cr_assert_str_eq(answer.body, body);
    cr_assert(peer_answer_has(&answer, "connection: close"));
    cr_assert(peer_wait_for_end(peer, NULL));
}

static bool wait_until_refused(const struct fixture *fixture)
{
    int64_t limit_ms = clock_monotonic_ms() + PATIENCE_MS;

    while (clock_monotonic_ms() < limit_ms) {
        auto_peer struct peer peer = PEER_NONE;
        if (!peer_connect(&peer, fixture->port)) {
            return true;
        }
        poll(NULL, 0, TURN_MS);
    }
    return false;
}

Test(http_drain, is_over_at_once_without_connections)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.thread_count = 3});
    struct drain drain = {.fixture = &fixture, .deadline_ms = PATIENCE_MS};

    start(&drain);
    finish(&drain);
    cr_assert_lt(drain.took_ms, PATIENCE_MS / 2);
    cr_assert(wait_until_refused(&fixture));
}

Test(http_drain, answers_a_request_that_is_half_sent)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.is_tls = true, .thread_count = 2});
    struct drain drain = {.fixture = &fixture, .deadline_ms = PATIENCE_MS};
    auto_peer struct peer peer = connect_to(&fixture);

    cr_assert(peer_start_tls(&peer));
    cr_assert(peer_send_head(&peer, "POST", "/echo", 10));
    cr_assert(peer_send_text(&peer, "first"));
    cr_assert(fixture_wait_for_metric("gpuaas_http_connections{server=\"http\"}", 1));
    start(&drain);
    cr_assert(wait_until_refused(&fixture));
    cr_assert(peer_send_text(&peer, " half"));
    expect_last(&peer, "first half");
    finish(&drain);
    cr_assert_lt(drain.took_ms, PATIENCE_MS);
}

Test(http_drain, answers_a_request_that_is_being_handled)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){0});
    struct drain drain = {.fixture = &fixture, .deadline_ms = PATIENCE_MS};
    auto_peer struct peer peer = connect_to(&fixture);
    auto_peer_answer struct peer_answer answer = {0};

    cr_assert(peer_request(&peer, "POST", "/wait", NULL));
    sem_wait(&fixture.entered);
    start(&drain);
    sem_post(&fixture.released);
    cr_assert(peer_receive(&peer, &answer));
    cr_assert_str_eq(answer.body, "waited");
    cr_assert(peer_wait_for_end(&peer, NULL));
    finish(&drain);
}

Test(http_drain, still_answers_who_was_idle_and_then_closes)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){0});
    struct drain drain = {.fixture = &fixture, .deadline_ms = PATIENCE_MS};
    auto_peer struct peer peer = connect_to(&fixture);

    expect_echo(&peer);
    start(&drain);
    cr_assert(wait_until_refused(&fixture));
    cr_assert(peer_request(&peer, "POST", "/echo", "last"));
    expect_last(&peer, "last");
    finish(&drain);
    cr_assert_lt(drain.took_ms, PATIENCE_MS / 2);
}

Test(http_drain, closes_idle_connections_at_half_of_its_time)
{
    enum { DEADLINE_MS = 1000, SLACK_MS = 400 };
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.thread_count = 2});
    struct drain drain = {.fixture = &fixture, .deadline_ms = DEADLINE_MS};
    auto_peer struct peer used = connect_to(&fixture);
    auto_peer struct peer silent = connect_to(&fixture);

    expect_echo(&used);
    start(&drain);
    cr_assert(peer_wait_for_end(&used, NULL));
    cr_assert(peer_wait_for_end(&silent, NULL));
    finish(&drain);
    cr_assert_geq(drain.took_ms, DEADLINE_MS / 2);
    cr_assert_lt(drain.took_ms, DEADLINE_MS / 2 + SLACK_MS);
}

Test(http_drain, cuts_at_its_deadline_who_is_not_done)
{
    enum { DEADLINE_MS = 300, SLACK_MS = 2000 };
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.name = "late"});
    struct drain drain = {.fixture = &fixture, .deadline_ms = DEADLINE_MS};
    auto_peer struct peer peer = connect_to(&fixture);

    cr_assert(peer_send_head(&peer, "POST", "/echo", 10));
    start(&drain);
    cr_assert(peer_wait_for_end(&peer, NULL));
    finish(&drain);
    cr_assert_lt(drain.took_ms, DEADLINE_MS + SLACK_MS);
}

Test(http_drain, may_be_followed_by_anything)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.is_tls = true});
    SSL_CTX *next = fixture_create_certificate();

    http_server_drain(fixture.server, PATIENCE_MS);
    http_server_set_certificate(fixture.server, next);
    http_server_drain(fixture.server, PATIENCE_MS);
    SSL_CTX_free(next);
}

Test(http_drain, is_done_by_destroy_when_nobody_did)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.is_tls = true, .thread_count = 2});
    auto_peer struct peer secure = connect_to(&fixture);
    auto_peer struct peer silent = connect_to(&fixture);
    auto_peer struct peer halfway = connect_to(&fixture);

    cr_assert(peer_start_tls(&secure));
    expect_echo(&secure);
    cr_assert(peer_send_text(&halfway, "\x16\x03\x01"));
    http_server_destroy(take_pointer(&fixture.server));
    cr_assert(peer_wait_for_end(&secure, NULL));
    cr_assert(peer_wait_for_end(&silent, NULL));
    cr_assert(peer_wait_for_end(&halfway, NULL));
}
