/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/pod_set.h"
#include "policy/simulate/mistakes.h"
#include "policy/simulate/time_span.h"

enum { TRACE_BYTES_MAX = 256 * 1024 * 1024, TRACE_ENTRIES_MAX = 1000000 };

/* One workload: when it arrives, what it asks for, how long it runs. Texts are never NULL. */
struct trace_entry {
    const char *file; /* borrowed from the trace; NULL: none */
    struct document_position position;
    char *name;
    const char *kind; /* a constant: "Pod", "Job" or "Notebook" */
    char *namespace_name;
    char *queue; /* a LocalQueue's name; empty: the default */
    char *user;
    char *profile;        /* hardware profile */
    char *priority_class; /* it gives the priority; empty: none */
    int64_t priority;
    int64_t arrival_us; /* on the clock of the trace */
    int64_t duration_us;
    int64_t run_time_us; /* declared maximum; 0: none */
    struct pod_set_list pod_sets;
    bool is_added; /* a what-if, not of the trace */
};

/* How a trace tells time: a first entry decides for all. */
enum trace_clock {
    TRACE_CLOCK_UNKNOWN,
    TRACE_CLOCK_RELATIVE, /* seconds from the beginning */
    TRACE_CLOCK_ABSOLUTE, /* dates; microseconds since 1970 until the trace is finished */
};

/* All that arrives. Embedded in its owner and valid when zeroed; add texts, then finish. */
struct trace {
    struct trace_entries ARRAY_OF(struct trace_entry) entries;
    struct trace_files ARRAY_OF(char *) files;
    struct trace_notes ARRAY_OF(char *) notes; /* what a reader had to assume */
    enum trace_clock clock;
    int64_t origin_us; /* of an absolute clock: what its zero is */
};

void trace_release(struct trace *trace);

/* Adds a file: YAML documents, CSV with a header, or the log of `serve`, told apart by how they
 * begin. What is wrong in it goes to the mistakes. */
void trace_add_text(struct trace *trace, const char *file, const char *text, size_t size_bytes,
                    struct mistakes *mistakes);

/* Orders all by arrival, those of one instant as they were given. An absolute clock starts with the
 * first arrival. */
void trace_finish(struct trace *trace);

MEMORY_DEFINE_AUTO_RELEASE(trace)
#define auto_trace __attribute__((cleanup(trace_auto_release)))
