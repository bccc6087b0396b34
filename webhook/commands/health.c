/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/commands/health.h"

#include <string.h>

#include "base/metrics.h"

static void say(struct http_response *response, int status, const char *text)
{
    response->status = status;
    response->content_type = "text/plain; charset=utf-8";
    response->body = memory_copy_text(text);
    response->body_bytes = strlen(text);
}

static void on_healthz(void *context, const struct http_request *request,
                       struct http_response *out_response)
{
    (void)context;
    (void)request;
    say(out_response, 200, "ok\n");
}

static void on_readyz(void *context, const struct http_request *request,
                      struct http_response *out_response)
{
    struct health *health = context;

    (void)request;
    if (atomic_load(&health->is_ready)) {
        say(out_response, 200, "ok\n");
    } else {
        say(out_response, 503, "not ready\n");
    }
}

static void on_metrics(void *context, const struct http_request *request,
                       struct http_response *out_response)
{
    struct text text = {0};

    (void)context;
    (void)request;
    metrics_format(&text);
    out_response->content_type = "text/plain; version=0.0.4";
    out_response->body_bytes = text.size_bytes;
    out_response->body = text_take(&text);
}

void health_fill_routes(struct health *health, struct http_route out_routes[HEALTH_ROUTES_COUNT])
{
    out_routes[0] = (struct http_route){"GET", "/healthz", on_healthz, health};
    out_routes[1] = (struct http_route){"GET", "/readyz", on_readyz, health};
    out_routes[2] = (struct http_route){"GET", "/metrics", on_metrics, health};
}
