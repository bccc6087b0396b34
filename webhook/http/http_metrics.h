/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Why the server closed a connection on its own. */
enum http_cut { HTTP_CUT_HANDSHAKE, HTTP_CUT_SLOW, HTTP_CUT_IDLE, HTTP_CUT_BUDGET, HTTP_CUT_DRAIN };

/* `path` is a route's, or NULL for a request that found none. */
void http_metrics_count_request(const char *server, const char *path, int status);
void http_metrics_observe_handling(const char *server, const char *path, double seconds);
void http_metrics_count_cut(const char *server, enum http_cut reason);
void http_metrics_count_failed_handshake(const char *server);
void http_metrics_set_connections(const char *server, int count);
