/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/field.h"
#include "policy/simulate/trace.h"

/* The constant for a kind that can be simulated; NULL if there is no such kind. */
const char *trace_kind_find(const char *name);

/* What a new entry says before anything is read: a Pod without a name. */
void trace_entry_init(struct trace_entry *entry);
void trace_entry_release(struct trace_entry *entry);

/* Replaces one of the texts; NULL stands for the empty one. */
void trace_entry_set_text(char **text, const char *value);

/* The pods of an entry that has no other pod sets: `count` of one shape. */
struct pod_set *trace_entry_set_pods(struct trace_entry *entry, int64_t count);

/* Reads one item of `workloads:`; a mistake goes to the field's decoding. */
void trace_entry_read(const struct field *item, struct trace *trace, struct trace_entry *entry);

/* An arrival: seconds, a length of time, or a date; the clock of the trace must agree. */
void trace_read_arrival(const struct field *field, struct trace *trace, int64_t *out_us);

/* A length of time: seconds, or a text such as "1h30m". Nothing is set if it is absent. */
void trace_read_span(const struct field *field, int64_t *out_us);

/* Takes the entry into the trace; false, told once, if there are too many. */
bool trace_append_take(struct trace *trace, struct trace_entry *entry, struct mistakes *mistakes);

/* The readers of the formats. `file` is a name that the trace owns. */
void trace_read_yaml(struct trace *trace, const char *file, const char *text, size_t size_bytes,
                     struct mistakes *mistakes);
void trace_read_csv(struct trace *trace, const char *file, const char *text, size_t size_bytes,
                    struct mistakes *mistakes);
void trace_read_log(struct trace *trace, const char *file, const char *text, size_t size_bytes,
                    struct mistakes *mistakes);

MEMORY_DEFINE_AUTO_RELEASE(trace_entry)
#define auto_trace_entry __attribute__((cleanup(trace_entry_auto_release)))
