/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "tests/unit/http/fixture.h"

static struct peer connect_to(const struct fixture *fixture)
{
    struct peer peer = PEER_NONE;

    cr_assert(peer_connect(&peer, fixture->port));
    return peer;
}

static void expect_answer(struct peer *peer, int status, const char *body)
{
    auto_peer_answer struct peer_answer answer = {0};

    cr_assert(peer_receive(peer, &answer), "waiting for %d %s", status, body);
    cr_assert_eq(answer.status, status);
    cr_assert_str_eq(answer.body, body);
}

Test(http_server, answers_by_method_and_path)
{
    static const struct {
        const char *method;
        const char *path;
        int status;
        const char *body;
    } cases[] = {
        {"POST", "/facts?timeout=10s", 200, "path=/facts type=application/json timeout_ms=10000"},
        {"POST", "/facts", 200, "path=/facts type=application/json timeout_ms=30000"},
        {"POST", "/facts?timeout=900s", 200, "path=/facts type=application/json timeout_ms=30000"},
        {"POST", "/facts?timeout=nonsense", 200,
         "path=/facts type=application/json timeout_ms=30000"},
        {"GET", "/x/../facts", 200, "path=/facts type=application/json timeout_ms=30000"},
        {"POST", "/", 404, "there is nothing at this path\n"},
        {"POST", "/factsx", 404, "there is nothing at this path\n"},
        {"POST", "/facts/x", 404, "there is nothing at this path\n"},
        {"POST", "/Facts", 404, "there is nothing at this path\n"},
        {"GET", "/echo", 405, "the method of this path is POST\n"},
        {"get", "/facts", 405, "the method of this path is GET, POST\n"},
        {"DELETE", "/facts", 405, "the method of this path is GET, POST\n"},
        {"OPTIONS", "/echo", 405, "the method of this path is POST\n"},
    };
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){0});
    auto_peer struct peer peer = connect_to(&fixture);

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        cr_assert(peer_request(&peer, cases[i].method, cases[i].path, NULL));
        expect_answer(&peer, cases[i].status, cases[i].body);
    }
}

Test(http_server, names_the_methods_of_a_path_in_a_header)
{
    auto_fixture struct fixture fixture = {0};
    auto_peer_answer struct peer_answer answer = {0};
    fixture_start(&fixture, (struct http_server_options){0});
    auto_peer struct peer peer = connect_to(&fixture);

    cr_assert(peer_request(&peer, "PUT", "/facts", NULL));
    cr_assert(peer_receive(&peer, &answer));
    cr_assert(peer_answer_has(&answer, "allow: GET, POST"));
    cr_assert(peer_answer_has(&answer, "content-type: text/plain; charset=utf-8"));
    cr_assert(peer_answer_has(&answer, "connection: keep-alive"));
}

Test(http_server, sends_what_the_handler_filled_in)
{
    auto_fixture struct fixture fixture = {0};
    auto_peer_answer struct peer_answer answer = {0};
    fixture_start(&fixture, (struct http_server_options){0});
    auto_peer struct peer peer = connect_to(&fixture);

    cr_assert(peer_request(&peer, "GET", "/empty", NULL));
    cr_assert(peer_receive(&peer, &answer));
    cr_assert_eq(answer.status, 422);
    cr_assert_eq(answer.body_bytes, 0);
    cr_assert(peer_answer_has(&answer, "retry-after: 7"));
    cr_assert(peer_answer_has(&answer, "content-type: application/json"));
    cr_assert(peer_request(&peer, "GET", "/facts", NULL));
    expect_answer(&peer, 200, "path=/facts type=application/json timeout_ms=30000");
}

Test(http_server, passes_a_missing_content_type_as_none)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){0});
    auto_peer struct peer peer = connect_to(&fixture);

    cr_assert(peer_send_text(&peer, "GET /facts HTTP/1.1\r\nHost: a\r\n\r\n"));
    expect_answer(&peer, 200, "path=/facts type=none timeout_ms=30000");
}

Test(http_server, answers_pipelined_requests_in_order)
{
    auto_fixture struct fixture fixture = {0};
    auto_text struct text requests = {0};
    fixture_start(&fixture, (struct http_server_options){0});
    auto_peer struct peer peer = connect_to(&fixture);

    for (int i = 0; i < 50; i++) {
        text_append_format(&requests,
                           "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nno %02d", i);
    }
    cr_assert(peer_send_text(&peer, requests.bytes));
    for (int i = 0; i < 50; i++) {
        auto_free char *expected = text_format("no %02d", i);
        expect_answer(&peer, 200, expected);
    }
}

Test(http_server, reads_requests_that_come_byte_by_byte)
{
    static const char request[] =
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){0});
    auto_peer struct peer peer = connect_to(&fixture);

    for (size_t i = 0; i < sizeof request - 1; i++) {
        cr_assert(peer_send(&peer, &request[i], 1));
    }
    expect_answer(&peer, 200, "hello");
}

Test(http_server, reads_chunked_bodies_and_asks_for_expected_ones)
{
    auto_fixture struct fixture fixture = {0};
    auto_peer_answer struct peer_answer go_on = {0};
    fixture_start(&fixture, (struct http_server_options){0});
    auto_peer struct peer peer = connect_to(&fixture);

    cr_assert(peer_send_text(&peer, "POST /echo HTTP/1.1\r\nHost: a\r\n"
                                    "Transfer-Encoding: chunked\r\n\r\n"
                                    "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"));
    expect_answer(&peer, 200, "hello");
    cr_assert(peer_send_text(&peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                                    "Expect: 100-continue\r\n\r\n"));
    cr_assert(peer_receive(&peer, &go_on));
    cr_assert_eq(go_on.status, 100);
    cr_assert(peer_send_text(&peer, "again"));
    expect_answer(&peer, 200, "again");
}

/* 0: the connection is closed without an answer. */
static int send_raw(const struct fixture *fixture, const char *request, size_t request_bytes)
{
    auto_peer struct peer peer = connect_to(fixture);
    auto_peer_answer struct peer_answer answer = {0};

    (void)peer_send(&peer, request, request_bytes);
    return peer_receive(&peer, &answer) ? answer.status : 0;
}

Test(http_server, refuses_what_is_no_request_and_serves_on)
{
    static const struct {
        const char *request;
        int status;
    } cases[] = {
        {"nonsense\r\n\r\n", 400},
        {"\r\n\r\n\r\n\r\n", 400},
        {"\x16\x03\x01\x02\x01\x01", 400},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
        {"GET /facts HTTP/9.9\r\n\r\n", 400},
        {"GET /facts HTTP/1.1\r\nno colon\r\n\r\n", 400},
        {"GET /facts HTTP/1.1\r\nA\x01: b\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nContent-Length: 5x\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
        {"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", 400},
        {"POST /echo HTTP/1.1\r\nContent-Length: 5\r\nExpect: cookies\r\n\r\n", 417},
        {"GET /facts HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
         "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
         200},
        {"GET /facts HTTP/1.0\r\n\r\n", 200},
    };
    auto_fixture struct fixture fixture = {0};

    fixture_start(&fixture, (struct http_server_options){0});
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int status = send_raw(&fixture, cases[i].request, strlen(cases[i].request));
        cr_expect_eq(status, cases[i].status, "%d for %s", status, cases[i].request);
    }
    cr_assert_eq(send_raw(&fixture, "GET /facts HTTP/1.1\r\n\r\n", 23), 200);
}

static char *make_request(size_t header_count, size_t value_bytes)
{
    struct text request = {0};

    text_append(&request, "GET /facts HTTP/1.1\r\n");
    for (size_t i = 0; i < header_count; i++) {
        text_append_format(&request, "X-%zu: ", i);
        for (size_t j = 0; j < value_bytes; j++) {
            text_append(&request, "v");
        }
        text_append(&request, "\r\n");
    }
    text_append(&request, "\r\n");
    return text_take(&request);
}

Test(http_server, bounds_the_headers)
{
    static const struct {
        size_t header_count;
        size_t value_bytes;
        int status;
    } cases[] = {
        {100, 1, 200}, {101, 1, 400}, {1, 16000, 200}, {1, 17000, 431}, {50, 1000, 431},
    };
    auto_fixture struct fixture fixture = {0};

    fixture_start(&fixture, (struct http_server_options){0});
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_free char *request = make_request(cases[i].header_count, cases[i].value_bytes);
        int status = send_raw(&fixture, request, strlen(request));
        cr_expect_eq(status, cases[i].status, "case %zu: %d", i, status);
    }
    auto_free char *endless = make_request(1, 1 << 20);
    int status = send_raw(&fixture, endless, strlen(endless));
    cr_expect(status == 0 || status == 400, "%d", status);
}

Test(http_server, bounds_the_body_to_the_byte)
{
    enum { BODY_BYTES_MAX = 100000 };
    static const struct {
        const char *framing;
        size_t body_bytes;
        int status;
    } cases[] = {
        {"Content-Length: 100000\r\n\r\n", BODY_BYTES_MAX, 200},
        {"Content-Length: 100001\r\n\r\n", BODY_BYTES_MAX + 1, 413},
        {"Content-Length: 100002\r\n\r\n", BODY_BYTES_MAX + 2, 413},
        {"Transfer-Encoding: chunked\r\n\r\n186a0\r\n", BODY_BYTES_MAX, 200},
        {"Transfer-Encoding: chunked\r\n\r\n186a1\r\n", BODY_BYTES_MAX + 1, 413},
    };
    auto_fixture struct fixture fixture = {0};
    auto_free char *body = memory_allocate(BODY_BYTES_MAX + 2);

    memset(body, 'x', BODY_BYTES_MAX + 2);
    fixture_start(&fixture, (struct http_server_options){.body_bytes_max = BODY_BYTES_MAX});
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_text struct text request = {0};
        text_append_format(&request, "POST /echo HTTP/1.1\r\n%s", cases[i].framing);
        text_append_bytes(&request, body, cases[i].body_bytes);
        text_append(&request, strstr(cases[i].framing, "chunked") ? "\r\n0\r\n\r\n" : "");
        int status = send_raw(&fixture, request.bytes, request.size_bytes);
        cr_expect_eq(status, cases[i].status, "case %zu: %d", i, status);
    }
}

Test(http_server, tells_a_client_that_sends_on_that_its_body_is_too_large)
{
    enum { BODY_BYTES = 48 << 20 };
    auto_fixture struct fixture fixture = {0};
    auto_peer_answer struct peer_answer answer = {0};
    auto_free char *body = memory_allocate(BODY_BYTES);
    fixture_start(&fixture, (struct http_server_options){.is_tls = true});
    auto_peer struct peer peer = connect_to(&fixture);

    cr_assert(peer_start_tls(&peer));
    cr_assert(peer_send_head(&peer, "POST", "/echo", BODY_BYTES));
    cr_assert(peer_send(&peer, body, BODY_BYTES));
    cr_assert(peer_receive(&peer, &answer));
    cr_assert_eq(answer.status, 413);
    cr_assert(peer_answer_has(&answer, "connection: close"));
    cr_assert_str_eq(answer.body, "request entity is too large");
}

Test(http_server, carries_large_bodies_both_ways_over_tls)
{
    enum { BODY_BYTES = 32 << 20 };
    auto_fixture struct fixture fixture = {0};
    auto_peer_answer struct peer_answer answer = {0};
    auto_free char *body = memory_allocate(BODY_BYTES);
    fixture_start(&fixture, (struct http_server_options){.is_tls = true});
    auto_peer struct peer peer = connect_to(&fixture);

    for (size_t i = 0; i < BODY_BYTES; i++) {
        body[i] = (char)(i * 7919 >> 8);
    }
    cr_assert(peer_start_tls(&peer));
    cr_assert(peer_send_head(&peer, "POST", "/echo", BODY_BYTES));
    cr_assert(peer_send(&peer, body, BODY_BYTES));
    cr_assert(peer_receive(&peer, &answer));
    cr_assert_eq(answer.body_bytes, BODY_BYTES);
    cr_assert_eq(memcmp(answer.body, body, BODY_BYTES), 0);
}

Test(http_server, sends_overloaded_clients_away_for_a_second)
{
    auto_fixture struct fixture fixture = {0};
    auto_peer_answer struct peer_answer answer = {0};
    fixture_start(&fixture, (struct http_server_options){0});
    auto_peer struct peer peer = connect_to(&fixture);

    atomic_store(&fixture.is_overloaded, true);
    cr_assert(peer_request(&peer, "POST", "/echo", "x"));
    cr_assert(peer_receive(&peer, &answer));
    cr_assert_eq(answer.status, 503);
    cr_assert(peer_answer_has(&answer, "retry-after: 1"));
    cr_assert(peer_answer_has(&answer, "connection: keep-alive"));
    atomic_store(&fixture.is_overloaded, false);
    cr_assert(peer_request(&peer, "POST", "/echo", "x"));
    expect_answer(&peer, 200, "x");
}

Test(http_server, keeps_old_connections_when_the_certificate_changes)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.is_tls = true, .thread_count = 2});
    auto_peer struct peer before = connect_to(&fixture);
    auto_peer struct peer between = connect_to(&fixture);
    cr_assert(peer_start_tls(&before));
    cr_assert(peer_request(&before, "POST", "/echo", "a"));
    expect_answer(&before, 200, "a");

    SSL_CTX *next = fixture_create_certificate();
    http_server_set_certificate(fixture.server, next);
    X509 *expected = X509_dup(SSL_CTX_get0_certificate(next));
    SSL_CTX_free(next);

    auto_peer struct peer after = connect_to(&fixture);
    cr_assert(peer_start_tls(&after));
    cr_assert(peer_start_tls(&between));
    cr_assert_eq(X509_cmp(SSL_get0_peer_certificate(after.tls), expected), 0);
    cr_assert_neq(X509_cmp(SSL_get0_peer_certificate(before.tls), expected), 0);
    struct peer *peers[] = {&before, &between, &after};
    for (size_t i = 0; i < ARRAY_LENGTH(peers); i++) {
        cr_assert(peer_request(peers[i], "POST", "/echo", "b"));
        expect_answer(peers[i], 200, "b");
    }
    X509_free(expected);
}

Test(http_server, closes_tls_connections_while_it_has_no_certificate)
{
    static const struct http_route none[] = {{"GET", "/", NULL, NULL}};
    const struct http_server_options options = {
        .listen = "127.0.0.1:0", .routes = none, .is_tls = true};
    auto_http_server struct http_server *server = NULL;
    auto_peer struct peer peer = PEER_NONE;

    cr_assert(http_server_start(&options, &server, NULL));
    cr_assert(peer_connect(&peer, http_server_port(server)));
    cr_assert_not(peer_start_tls(&peer));
}

Test(http_server, closes_connections_that_do_not_speak_tls)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.name = "speak", .is_tls = true});
    auto_peer struct peer peer = connect_to(&fixture);

    cr_assert(peer_request(&peer, "POST", "/echo", "x"));
    cr_assert(peer_wait_for_end(&peer, NULL));
    cr_assert(fixture_wait_for_metric("gpuaas_http_failed_handshakes_total{server=\"speak\"}", 1));
    auto_peer struct peer good = connect_to(&fixture);
    cr_assert(peer_start_tls(&good));
}

Test(http_server, counts_what_it_answers)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){.name = "counts"});
    auto_peer struct peer peer = connect_to(&fixture);

    cr_assert(peer_request(&peer, "POST", "/echo", "x"));
    expect_answer(&peer, 200, "x");
    cr_assert(peer_request(&peer, "POST", "/secret-name", "x"));
    expect_answer(&peer, 404, "there is nothing at this path\n");
    static const char broken[] = "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n";
    cr_assert_eq(send_raw(&fixture, broken, sizeof broken - 1), 400);
    cr_assert(fixture_wait_for_metric(
        "gpuaas_http_requests_total{server=\"counts\",path=\"/echo\",code=\"200\"}", 1));
    cr_assert(fixture_wait_for_metric(
        "gpuaas_http_requests_total{server=\"counts\",path=\"other\",code=\"404\"}", 1));
    cr_assert(fixture_wait_for_metric(
        "gpuaas_http_requests_total{server=\"counts\",path=\"other\",code=\"400\"}", 1));
    cr_assert(fixture_wait_for_metric("gpuaas_http_connections{server=\"counts\"}", 1));
}

Test(http_server, tells_why_it_does_not_start)
{
    auto_fixture struct fixture fixture = {0};
    fixture_start(&fixture, (struct http_server_options){0});
    auto_free char *taken = text_format("127.0.0.1:%d", fixture.port);
    struct http_server *server = NULL;
    struct error error = {0};

    cr_assert_not(
        http_server_start(&(struct http_server_options){.listen = taken}, &server, &error));
    cr_assert(text_starts_with(error.message, "listening on '127.0.0.1:"));
    cr_assert_null(server);
    http_server_destroy(NULL);
}
