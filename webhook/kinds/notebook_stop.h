/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/kinds/json_patch.h"
#include "webhook/kinds/object.h"

/*
 * How we stop a Notebook: the stop annotation with a timestamp, as the dashboard writes it, and our
 * mark beside it, which says why and repeats the timestamp. Somebody who stops it once more changes
 * the one and not the other: from then on the stop is his. The lock that the ODH webhook puts into
 * a new Notebook is no stop: its own controller takes it away. If our stop came in its place, the
 * Notebook is handed back with the lock. Its user may start what we stopped: it keeps its place in
 * the queue, and waits by the gate on its Pod.
 */

/* Why it waits: its turn has not come yet (suspendMode: Stop). */
#define NOTEBOOK_STOP_WAITING "Waiting"

/* True if it is stopped, by anybody. */
bool notebook_stop_is_there(const json_t *notebook);

/* True if somebody stopped it, stopped it once more, or started it, between the two. */
bool notebook_stop_differs(const json_t *before, const json_t *after);

/* Notes in the object whether it is stopped, and why we did that. */
void notebook_stop_decode(const json_t *notebook, struct object *object);

/* Stops it; `reason` is one word. The lock is replaced. */
void notebook_stop_add(const struct object *object, const char *reason, int64_t now_us,
                       bool *has_annotations, struct json_patch *patch);

/* Lets it go if the stop is ours. */
void notebook_stop_remove(const struct object *object, struct json_patch *patch);
