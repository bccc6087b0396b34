/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/workload.h"

/* The JSON of Workload objects, but for their status: pure, from a workload to text. */

/* The API path of a workload's record: of the collection, the object, or its status. Owned. */
char *record_object_collection_path(const struct workload *workload);
char *record_object_path(const struct workload_object *record);
char *record_object_status_path(const struct workload_object *record);

/* The LocalQueue that it waits for, which need not exist; NULL: none is named. Borrowed. */
const char *record_object_queue_name(const struct workload *workload, const struct object *asks);

/* The body that makes the record of what waits or holds; `asks` has its pod sets. Owned. */
char *record_object_format_new(const struct workload *workload, const struct object *asks);

/* A merge patch of the spec, for exactly this version of the record: what it asks for now, as long
 * as nothing is reserved; its priority; and that it is not active any more, if its status says so.
 * Owned; NULL: the spec is as it should be. `asks` may be NULL. */
char *record_object_format_spec(const struct workload *workload, const struct object *asks);

/* A DELETE's body: only this very object. Owned. */
char *record_object_format_delete(const struct workload_object *record);
