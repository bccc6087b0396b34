/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* How much the peers of one server hold, over all its loops. Embedded; shared, and atomic. */
struct http_budget {
    int connections_max;
    size_t input_bytes_max;
    atomic_int connections;
    atomic_size_t input_bytes; /* as last counted: of requests being received or answered */
};

void http_budget_init(struct http_budget *budget, int connections_max, size_t input_bytes_max);

/* Counts one more connection, unless there are too many. */
bool http_budget_enter(struct http_budget *budget);
void http_budget_leave(struct http_budget *budget);
bool http_budget_is_crowded(struct http_budget *budget);

/* Replaces what was counted for one peer by `input_bytes`. */
void http_budget_count(struct http_budget *budget, size_t *counted_bytes, size_t input_bytes);
bool http_budget_is_exceeded(struct http_budget *budget);
