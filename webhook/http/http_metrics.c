/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/http/http_metrics.h"

#include <stdio.h>

#include "base/array.h"
#include "base/metrics.h"

static const double handling_bounds[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                         0.01,   0.025,   0.05,   0.1,   0.25,   1};

static const struct metric requests_metric = {"gpuaas_http_requests_total",
                                              "Requests that were answered.",
                                              METRIC_COUNTER,
                                              {"server", "path", "code"},
                                              NULL,
                                              0};
static const struct metric handling_metric = {"gpuaas_http_handling_seconds",
                                              "From a request that is read to its answer.",
                                              METRIC_HISTOGRAM,
                                              {"server", "path"},
                                              handling_bounds,
                                              ARRAY_LENGTH(handling_bounds)};
static const struct metric cuts_metric = {"gpuaas_http_connections_cut_total",
                                          "Connections that the server closed on its own.",
                                          METRIC_COUNTER,
                                          {"server", "reason"},
                                          NULL,
                                          0};
static const struct metric handshakes_metric = {"gpuaas_http_failed_handshakes_total",
                                                "TLS handshakes that did not succeed.",
                                                METRIC_COUNTER,
                                                {"server"},
                                                NULL,
                                                0};
static const struct metric connections_metric = {
    "gpuaas_http_connections", "Connections that are open.", METRIC_GAUGE, {"server"}, NULL, 0};

static const char *const cut_names[] = {
    [HTTP_CUT_HANDSHAKE] = "handshake", [HTTP_CUT_SLOW] = "slow",   [HTTP_CUT_IDLE] = "idle",
    [HTTP_CUT_BUDGET] = "budget",       [HTTP_CUT_DRAIN] = "drain",
};

void http_metrics_count_request(const char *server, const char *path, int status)
{
    char code[16];

    snprintf(code, sizeof code, "%d", status);
    metrics_add(&requests_metric, 1, METRIC_LABELS(server, path != NULL ? path : "other", code));
}

void http_metrics_observe_handling(const char *server, const char *path, double seconds)
{
    metrics_observe(&handling_metric, seconds, METRIC_LABELS(server, path));
}

void http_metrics_count_cut(const char *server, enum http_cut reason)
{
    metrics_add(&cuts_metric, 1, METRIC_LABELS(server, cut_names[reason]));
}

void http_metrics_count_failed_handshake(const char *server)
{
    metrics_add(&handshakes_metric, 1, METRIC_LABELS(server));
}

void http_metrics_set_connections(const char *server, int count)
{
    metrics_set(&connections_metric, count, METRIC_LABELS(server));
}
