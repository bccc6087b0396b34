/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/http/http_exchange.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "webhook/http/http_connections.h"
#include "webhook/http/http_metrics.h"
#include "webhook/http/http_timeout.h"

enum { HEAD_BYTES_MAX = 16 * 1024 };

#define CONTENT_TYPE_TEXT "text/plain; charset=utf-8"
#define CONTENT_TYPE_JSON "application/json"

struct exchange_handler {
    h2o_handler_t super;
    struct http_exchange_settings settings;
};

struct exchange_filter {
    h2o_filter_t super;
    struct http_exchange_settings settings;
};

/* Why a request does not reach a handler. */
struct refusal {
    int status;
    int retry_after_seconds;
    char sentence[160];
};

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {413, "Payload Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Entity"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
};

static const char *get_reason(int status)
{
    for (size_t i = 0; i < ARRAY_LENGTH(reasons); i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "Unknown";
}

static bool is_text(h2o_iovec_t bytes, const char *text)
{
    return h2o_memis(bytes.base, bytes.len, text, strlen(text));
}

static const struct http_route *find_route(const struct http_server_options *options,
                                           const h2o_req_t *request)
{
    for (size_t i = 0; i < options->route_count; i++) {
        const struct http_route *route = &options->routes[i];
        if (is_text(request->path_normalized, route->path) &&
            is_text(request->method, route->method)) {
            return route;
        }
    }
    return NULL;
}

/* The methods of the path's routes, "GET, POST", in the request's pool; NULL if there is none. */
static const char *list_methods(const struct http_server_options *options, h2o_req_t *request)
{
    const char *methods = NULL;

    for (size_t i = 0; i < options->route_count; i++) {
        const struct http_route *route = &options->routes[i];
        if (is_text(request->path_normalized, route->path)) {
            const char *before = methods != NULL ? methods : "";
            methods = h2o_concat(&request->pool, h2o_iovec_init(before, strlen(before)),
                                 h2o_iovec_init(", ", methods != NULL ? 2 : 0),
                                 h2o_iovec_init(route->method, strlen(route->method)))
                          .base;
        }
    }
    return methods;
}

static void add_header(h2o_req_t *request, const h2o_token_t *name, const char *value)
{
    h2o_iovec_t copy = h2o_strdup(&request->pool, value, strlen(value));

    h2o_add_header(&request->pool, &request->res.headers, name, NULL, copy.base, copy.len);
}

static void free_body(void *slot)
{
    free(*(char **)slot);
}

/* Gives the body to the request, which frees it when it was sent. */
static void send_response(h2o_req_t *request, struct http_response *response)
{
    static h2o_generator_t generator = {NULL, NULL};
    char **slot = h2o_mem_alloc_shared(&request->pool, sizeof *slot, free_body);
    h2o_iovec_t body = {response->body, response->body_bytes};

    *slot = take_pointer(&response->body);
    request->res.status = response->status != 0 ? response->status : 200;
    request->res.reason = get_reason(request->res.status);
    request->res.content_length = response->body_bytes;
    add_header(request, H2O_TOKEN_CONTENT_TYPE,
               response->content_type != NULL ? response->content_type : CONTENT_TYPE_JSON);
    if (response->retry_after_seconds > 0) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%d", response->retry_after_seconds);
        add_header(request, H2O_TOKEN_RETRY_AFTER, seconds);
    }
    h2o_start_response(request, &generator);
    h2o_send(request, &body, body.len > 0 ? 1 : 0, H2O_SEND_STATE_FINAL);
}

static void refuse(h2o_req_t *request, const struct refusal *refusal)
{
    struct http_response response = {
        .status = refusal->status,
        .content_type = CONTENT_TYPE_TEXT,
        .body = text_format("%s\n", refusal->sentence),
        .retry_after_seconds = refusal->retry_after_seconds,
    };

    response.body_bytes = strlen(response.body);
    send_response(request, &response);
}

static size_t measure_head(const h2o_req_t *request)
{
    size_t size_bytes = request->input.method.len + request->input.path.len;

    for (size_t i = 0; i < request->headers.size; i++) {
        size_bytes += request->headers.entries[i].name->len + request->headers.entries[i].value.len;
    }
    return size_bytes;
}

static int64_t find_deadline_us(const struct http_server_options *options, const h2o_req_t *request)
{
    int64_t limit_us = (int64_t)options->deadline_ms * 1000;
    int64_t timeout_us = limit_us;

    if (request->query_at != SIZE_MAX) {
        struct text_view query = {request->path.base + request->query_at + 1,
                                  request->path.len - request->query_at - 1};
        (void)http_timeout_find(query, &timeout_us);
    }
    return clock_monotonic_us() + (timeout_us < limit_us ? timeout_us : limit_us);
}

static bool find_fault(const struct http_server_options *options, const h2o_req_t *request,
                       struct refusal *out_refusal)
{
    if (measure_head(request) > HEAD_BYTES_MAX) {
        *out_refusal = (struct refusal){431, 0, "the headers of the request are too large"};
        return true;
    }
    if (request->entity.len > options->body_bytes_max) {
        *out_refusal = (struct refusal){413, 0, "the body of the request is too large"};
        return true;
    }
    return false;
}

static bool find_overload(const struct http_exchange_settings *settings,
                          struct refusal *out_refusal)
{
    const struct http_server_options *options = settings->options;

    if (!http_budget_is_exceeded(settings->budget) &&
        (options->is_overloaded == NULL || !options->is_overloaded(options->overload_context))) {
        return false;
    }
    *out_refusal = (struct refusal){503, 1, "the server has too much to do, try again"};
    return true;
}

static void refuse_route(const struct http_server_options *options, h2o_req_t *request)
{
    const char *methods = list_methods(options, request);
    struct refusal refusal = {404, 0, "there is nothing at this path"};

    if (methods != NULL) {
        refusal = (struct refusal){.status = 405};
        snprintf(refusal.sentence, sizeof refusal.sentence, "the method of this path is %s",
                 methods);
        add_header(request, H2O_TOKEN_ALLOW, methods);
    }
    refuse(request, &refusal);
}

static const char *copy_content_type(h2o_req_t *request)
{
    ssize_t found = h2o_find_header(&request->headers, H2O_TOKEN_CONTENT_TYPE, -1);

    if (found < 0) {
        return NULL;
    }
    h2o_iovec_t value = request->headers.entries[found].value;
    return h2o_strdup(&request->pool, value.base, value.len).base;
}

static void handle(const struct http_server_options *options, const struct http_route *route,
                   h2o_req_t *request)
{
    int64_t started_us = clock_monotonic_us();
    struct http_response response = {0};
    const struct http_request handed = {
        .path = route->path,
        .body = {.bytes = request->entity.base != NULL ? request->entity.base : "",
                 .size_bytes = request->entity.len},
        .content_type = copy_content_type(request),
        .deadline_us = find_deadline_us(options, request),
    };

    route->handle(route->context, &handed, &response);
    send_response(request, &response);
    http_metrics_observe_handling(options->name, route->path,
                                  (double)(clock_monotonic_us() - started_us) / 1e6);
}

static int on_request(h2o_handler_t *self, h2o_req_t *request)
{
    const struct http_exchange_settings *settings = &((struct exchange_handler *)self)->settings;
    const struct http_server_options *options = settings->options;
    const struct http_route *route = find_route(options, request);
    struct refusal refusal;

    http_connections_note_request(request);
    if (atomic_load(settings->is_draining)) {
        request->http1_is_persistent = 0;
    }
    if (find_fault(options, request, &refusal)) {
        refuse(request, &refusal);
    } else if (route == NULL) {
        refuse_route(options, request);
    } else if (find_overload(settings, &refusal)) {
        refuse(request, &refusal);
    } else {
        handle(options, route, request);
    }
    http_metrics_count_request(options->name, route != NULL ? route->path : NULL,
                               request->res.status);
    return 0;
}

/* Sees the answers that h2o itself gives to requests that it cannot read: all close. */
static void on_unreadable(h2o_filter_t *self, h2o_req_t *request, h2o_ostream_t **slot)
{
    const struct http_exchange_settings *settings = &((struct exchange_filter *)self)->settings;

    http_metrics_count_request(settings->options->name, NULL, request->res.status);
    http_connections_linger(request);
    h2o_setup_next_ostream(request, slot);
}

void http_exchange_register(h2o_hostconf_t *host, const struct http_exchange_settings *settings)
{
    h2o_pathconf_t *every_path = h2o_config_register_path(host, "/", 0);
    struct exchange_handler *handler =
        (struct exchange_handler *)h2o_create_handler(every_path, sizeof *handler);
    struct exchange_filter *filter =
        (struct exchange_filter *)h2o_create_filter(&host->fallback_path, sizeof *filter);

    handler->super.on_req = on_request;
    handler->settings = *settings;
    filter->super.on_setup_ostream = on_unreadable;
    filter->settings = *settings;
}
