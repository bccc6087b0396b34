/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/http/http_budget.h"

void http_budget_init(struct http_budget *budget, int connections_max, size_t input_bytes_max)
{
    budget->connections_max = connections_max;
    budget->input_bytes_max = input_bytes_max;
    atomic_init(&budget->connections, 0);
    atomic_init(&budget->input_bytes, 0);
}

bool http_budget_enter(struct http_budget *budget)
{
    if (atomic_fetch_add(&budget->connections, 1) < budget->connections_max) {
        return true;
    }
    atomic_fetch_sub(&budget->connections, 1);
    return false;
}

void http_budget_leave(struct http_budget *budget)
{
    atomic_fetch_sub(&budget->connections, 1);
}

bool http_budget_is_crowded(struct http_budget *budget)
{
    return atomic_load(&budget->connections) >= budget->connections_max;
}

/* Unsigned arithmetic wraps around, so a shrinking count is a large addition. */
void http_budget_count(struct http_budget *budget, size_t *counted_bytes, size_t input_bytes)
{
    atomic_fetch_add(&budget->input_bytes, input_bytes - *counted_bytes);
    *counted_bytes = input_bytes;
}

bool http_budget_is_exceeded(struct http_budget *budget)
{
    return atomic_load(&budget->input_bytes) > budget->input_bytes_max;
}
