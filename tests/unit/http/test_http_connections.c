/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <poll.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/text.h"
#include "tests/unit/http/fixture.h"

enum { PATIENCE_MS = 10000, DRIP_MS = 20 };

static struct peer connect_to(const struct fixture *fixture)
{
    struct peer peer = PEER_NONE;

    cr_assert(peer_connect(&peer, fixture->port));
    return peer;
}

static void expect_echo(struct peer *peer)
{
    auto_peer_answer struct peer_answer answer = {0};

    cr_assert(peer_request(peer, "POST", "/echo", "still here"));
    cr_assert(peer_receive(peer, &answer));
    cr_assert_str_eq(answer.body, "still here");
}

Test(http_connections, cuts_who_does_not_shake_hands)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){
                                .name = "shake", .is_tls = true, .handshake_ms = 200});
    auto_peer struct peer peer = connect_to(&fixture);

    cr_assert(peer_wait_for_end(&peer, NULL));
    cr_assert(fixture_wait_for_metric(
        "gpuaas_http_connections_cut_total{server=\"shake\",reason=\"handshake\"}", 1));
}

Test(http_connections, cuts_who_is_idle_too_long)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.name = "idle", .idle_ms = 200});
    auto_peer struct peer silent = connect_to(&fixture);
    auto_peer struct peer used = connect_to(&fixture);

    expect_echo(&used);
    cr_assert(peer_wait_for_end(&silent, NULL));
    cr_assert(peer_wait_for_end(&used, NULL));
    cr_assert(fixture_wait_for_metric(
        "gpuaas_http_connections_cut_total{server=\"idle\",reason=\"idle\"}", 2));
}

/* Sends a byte now and then until the connection is gone; false if it stays. */
static bool drip(struct peer *peer, const char *text)
{
    int64_t limit_ms = clock_monotonic_ms() + PATIENCE_MS;

    while (clock_monotonic_ms() < limit_ms) {
        struct pollfd gone = {.fd = peer->descriptor, .events = POLLIN};
        if (poll(&gone, 1, DRIP_MS) == 1 || !peer_send(peer, text, 1)) {
            return true;
        }
    }
    return false;
}

Test(http_connections, cuts_who_sends_a_head_or_a_body_too_slowly)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.name = "slow", .request_ms = 300});
    auto_peer struct peer head = connect_to(&fixture);
    auto_peer struct peer body = connect_to(&fixture);
    auto_peer struct peer good = connect_to(&fixture);

    cr_assert(peer_send_text(&head, "GET /facts HTTP/1.1\r\nX: "));
    cr_assert(peer_send_head(&body, "POST", "/echo", 1 << 20));
    cr_assert(drip(&head, "x"));
    cr_assert(drip(&body, "x"));
    expect_echo(&good);
    cr_assert(fixture_wait_for_metric(
        "gpuaas_http_connections_cut_total{server=\"slow\",reason=\"slow\"}", 2));
}

Test(http_connections, cuts_who_does_not_read_the_answer)
{
    auto_fixture struct fixture fixture = {0};
    size_t received_bytes = 0;
    fixture_start(&fixture, (struct http_server_options){.name = "deaf", .request_ms = 300});
    auto_peer struct peer peer = connect_to(&fixture);

    cr_assert(peer_request(&peer, "GET", "/large", NULL));
    cr_assert(fixture_wait_for_metric(
        "gpuaas_http_connections_cut_total{server=\"deaf\",reason=\"slow\"}", 1));
    cr_assert(peer_wait_for_end(&peer, &received_bytes));
    cr_assert_lt(received_bytes, FIXTURE_LARGE_BYTES);
}

Test(http_connections, leaves_a_busy_connection_alone_however_old)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.idle_ms = 400, .request_ms = 400});
    auto_peer struct peer peer = connect_to(&fixture);
    int64_t limit_ms = clock_monotonic_ms() + 1500;

    while (clock_monotonic_ms() < limit_ms) {
        expect_echo(&peer);
        poll(NULL, 0, DRIP_MS);
    }
}

Test(http_connections, lets_the_next_in_when_one_leaves)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.connections_max = 2, .thread_count = 2});
    struct peer first = connect_to(&fixture);
    auto_peer struct peer second = connect_to(&fixture);
    expect_echo(&first);
    expect_echo(&second);
    auto_peer struct peer third = connect_to(&fixture);
    struct pollfd answered = {.fd = third.descriptor, .events = POLLIN};

    cr_assert(peer_request(&third, "POST", "/echo", "x"));
    cr_assert_eq(poll(&answered, 1, 600), 0);
    peer_release(&first);
    cr_assert_eq(poll(&answered, 1, PATIENCE_MS), 1);
    expect_echo(&second);
}

Test(http_connections, makes_room_by_cutting_who_never_asked)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.name = "room", .connections_max = 4});
    auto_peer struct peer used = connect_to(&fixture);
    expect_echo(&used);
    struct peer silent[3];
    for (size_t i = 0; i < ARRAY_LENGTH(silent); i++) {
        silent[i] = connect_to(&fixture);
    }

    auto_peer struct peer late = connect_to(&fixture);
    expect_echo(&late);
    expect_echo(&used);
    for (size_t i = 0; i < ARRAY_LENGTH(silent); i++) {
        peer_release(&silent[i]);
    }
}

static void send_zeroes(struct peer *peer, size_t size_bytes)
{
    auto_free char *zeroes = memory_allocate(size_bytes);

    cr_assert(peer_send(peer, zeroes, size_bytes));
}

Test(http_connections, cuts_the_largest_beyond_the_budget)
{
    enum { KIB = 1024 };
    auto_fixture struct fixture fixture = {0};
    auto_peer_answer struct peer_answer answer = {0};
    fixture_start(&fixture, (struct http_server_options){.name = "large",
                                                         .thread_count = 2,
                                                         .in_flight_bytes_max = 1000 * KIB});
    auto_peer struct peer large = connect_to(&fixture);
    auto_peer struct peer small = connect_to(&fixture);

    cr_assert(peer_send_head(&large, "POST", "/echo", 4000 * KIB));
    cr_assert(peer_send_head(&small, "POST", "/echo", 400 * KIB));
    send_zeroes(&small, 300 * KIB);
    send_zeroes(&large, 900 * KIB);
    cr_assert(peer_wait_for_end(&large, NULL));
    cr_assert(fixture_wait_for_metric(
        "gpuaas_http_connections_cut_total{server=\"large\",reason=\"budget\"}", 1));
    send_zeroes(&small, 100 * KIB);
    cr_assert(peer_receive(&small, &answer));
    cr_assert_eq(answer.status, 200);
}

Test(http_connections, refuses_what_it_has_read_while_others_fill_the_budget)
{
    enum { KIB = 1024, BODY_BYTES = 300 * KIB };
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.in_flight_bytes_max = 1000 * KIB});
    auto_peer struct peer holder = connect_to(&fixture);
    auto_peer struct peer other = connect_to(&fixture);
    int64_t limit_ms = clock_monotonic_ms() + PATIENCE_MS;
    int status = 200;

    cr_assert(peer_send_head(&holder, "POST", "/echo", 4000 * KIB));
    send_zeroes(&holder, 900 * KIB);
    while (status == 200 && clock_monotonic_ms() < limit_ms) {
        auto_peer_answer struct peer_answer answer = {0};
        cr_assert(peer_send_head(&other, "POST", "/echo", BODY_BYTES));
        send_zeroes(&other, BODY_BYTES);
        cr_assert(peer_receive(&other, &answer));
        status = answer.status;
        cr_assert(status == 200 || peer_answer_has(&answer, "retry-after: 1"));
    }
    cr_assert_eq(status, 503);
}
