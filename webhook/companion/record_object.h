/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/cluster/workload.h"

/* The JSON of Workload objects and of the events about them: pure, from a workload to text. */

/* The API path of a workload's record: of the collection, the object, or its status. Owned. */
char *record_object_collection_path(const struct workload *workload);
char *record_object_path(const struct workload_object *record);
char *record_object_status_path(const struct workload_object *record);

/* The LocalQueue that it waits for, which need not exist; NULL: none is named. Borrowed. */
const char *record_object_queue_name(const struct workload *workload, const struct object *asks);

/* The body that makes the record of what waits or holds; `asks` has its pod sets. Owned. */
char *record_object_format_new(const struct workload *workload, const struct object *asks);

/* The conditions that should be stored, from those that are. */
void record_object_set_conditions(const struct workload *workload, bool is_start_stored,
                                  int64_t now_us, struct condition_list *conditions);

/* A merge patch of the status, for exactly this version of the record. Owned. */
char *record_object_format_status(const struct workload_object *record,
                                  const struct condition_list *conditions,
                                  const struct admission *admission);

/* A DELETE's body: only this very object. Owned. */
char *record_object_format_delete(const struct workload_object *record);

/* A core/v1 Event on the workload's owner: it waits. Owned. */
char *record_object_format_event(const struct workload *workload, size_t position, int64_t now_us);
char *record_object_event_path(const struct workload *workload);
