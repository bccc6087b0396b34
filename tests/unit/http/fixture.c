/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/http/fixture.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/text.h"
#include "certs/authority.h"
#include "certs/tls_context.h"

enum { WAIT_MS = 10000, TURN_MS = 5 };

static void answer_text(struct http_response *response, char *text)
{
    response->content_type = "text/plain";
    response->body = text;
    response->body_bytes = strlen(text);
}

static void handle_echo(void *context, const struct http_request *request,
                        struct http_response *out_response)
{
    (void)context;
    out_response->content_type = "text/plain";
    out_response->body = memory_allocate(request->body.size_bytes + 1);
    out_response->body_bytes = request->body.size_bytes;
    memcpy(out_response->body, request->body.bytes, request->body.size_bytes);
}

static void handle_facts(void *context, const struct http_request *request,
                         struct http_response *out_response)
{
    int64_t left_us = request->deadline_us - clock_monotonic_us();

    (void)context;
    answer_text(out_response,
                text_format("path=%s type=%s timeout_ms=%lld", request->path,
                            request->content_type != NULL ? request->content_type : "none",
                            (long long)((left_us + 999) / 1000)));
}

static void handle_wait(void *context, const struct http_request *request,
                        struct http_response *out_response)
{
    struct fixture *fixture = context;
    struct timespec limit;

    (void)request;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += PEER_TIMEOUT_S;
    sem_post(&fixture->entered);
    while (sem_timedwait(&fixture->released, &limit) != 0 && errno == EINTR) {
    }
    answer_text(out_response, memory_copy_text("waited"));
}

static void handle_large(void *context, const struct http_request *request,
                         struct http_response *out_response)
{
    (void)context;
    (void)request;
    out_response->body = memory_allocate(FIXTURE_LARGE_BYTES);
    out_response->body_bytes = FIXTURE_LARGE_BYTES;
}

static void handle_empty(void *context, const struct http_request *request,
                         struct http_response *out_response)
{
    (void)context;
    (void)request;
    out_response->status = 422;
    out_response->retry_after_seconds = FIXTURE_RETRY_S;
}

static bool is_overloaded(void *context)
{
    return atomic_load(&((struct fixture *)context)->is_overloaded);
}

static struct http_route *create_routes(struct fixture *fixture, size_t *out_count)
{
    const struct http_route routes[] = {
        {"POST", "/echo", handle_echo, fixture},   {"GET", "/facts", handle_facts, fixture},
        {"POST", "/facts", handle_facts, fixture}, {"POST", "/wait", handle_wait, fixture},
        {"GET", "/large", handle_large, fixture},  {"GET", "/empty", handle_empty, fixture},
    };
    struct http_route *copy = memory_allocate(sizeof routes);

    memcpy(copy, routes, sizeof routes);
    *out_count = ARRAY_LENGTH(routes);
    return copy;
}

void fixture_start(struct fixture *fixture, struct http_server_options options)
{
    struct error error = {0};

    sem_init(&fixture->entered, 0, 0);
    sem_init(&fixture->released, 0, 0);
    fixture->routes = create_routes(fixture, &options.route_count);
    options.routes = fixture->routes;
    options.listen = "127.0.0.1:0";
    options.is_overloaded = is_overloaded;
    options.overload_context = fixture;
    cr_assert(http_server_start(&options, &fixture->server, &error), "%s", error.message);
    fixture->port = http_server_port(fixture->server);
    if (options.is_tls) {
        auto_tls_context SSL_CTX *certificate = fixture_create_certificate();
        http_server_set_certificate(fixture->server, certificate);
    }
}

void fixture_release(struct fixture *fixture)
{
    http_server_destroy(take_pointer(&fixture->server));
    free(take_pointer(&fixture->routes));
    sem_destroy(&fixture->entered);
    sem_destroy(&fixture->released);
}

SSL_CTX *fixture_create_certificate(void)
{
    static const char *const names[] = {"localhost", "127.0.0.1"};
    auto_certificate_pair struct certificate_pair authority = {0};
    auto_certificate_pair struct certificate_pair serving = {0};
    int64_t now_seconds = clock_wall_us() / 1000000;
    SSL_CTX *context = NULL;
    struct error error = {0};

    cr_assert(authority_create(now_seconds, &authority, &error) &&
                  authority_issue(&authority, names, ARRAY_LENGTH(names), now_seconds, &serving,
                                  &error) &&
                  tls_context_create(&serving, &context, &error),
              "%s", error.message);
    return context;
}

static double sum_metric(const char *prefix)
{
    auto_text struct text text = {0};
    double sum = 0;

    metrics_format(&text);
    for (char *line = text.bytes; line != NULL && *line != '\0';) {
        char *end = strchrnul(line, '\n');
        if (text_starts_with(line, prefix)) {
            const char *value = memrchr(line, ' ', (size_t)(end - line));
            sum += strtod(value, NULL);
        }
        line = *end == '\n' ? end + 1 : end;
    }
    return sum;
}

bool fixture_wait_for_metric(const char *prefix, double value)
{
    int64_t limit_ms = clock_monotonic_ms() + WAIT_MS;

    while (sum_metric(prefix) < value) {
        if (clock_monotonic_ms() > limit_ms) {
            return false;
        }
        poll(NULL, 0, TURN_MS);
    }
    return true;
}
