/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/companion/evictions.h"

/* Stops the object of a workload whose record says Evicted, if it runs. False if it is to be asked
 * again later, although nothing changes meanwhile. */
bool eviction_stop_send(struct evictions *evictions, struct workload *workload, int64_t now_us,
                        int64_t now_ms);

/* Takes the admission off a Notebook (record_progress_must_withdraw()); returns as
 * eviction_stop_send() does. */
bool eviction_stop_withdraw(struct evictions *evictions, struct workload *workload, int64_t now_ms);

/* True if a Job that waits again still carries the placement of its start: it may run elsewhere. */
bool eviction_stop_must_restore(const struct evictions *evictions, const struct workload *workload);

/* Takes it out, in two steps; returns as above. */
bool eviction_stop_restore(struct evictions *evictions, struct workload *workload, int64_t now_ms);

/* The answer to any of them; `subject` of the errand is the workload's uid. */
void eviction_stop_note_answer(struct evictions *evictions, const struct errand *errand,
                               const struct kube_answer *answer, int64_t now_ms);
