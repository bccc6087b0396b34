/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/trace_entry.h"

#include "base/hash.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "policy/objects/admission.h"

#define ANNOTATION_ADMISSION "gpuaas.dev/admission"
#define POINTER_ADMISSION "gpuaas.dev~1admission"

/* A workload that the log tells of: that it started, and if all goes well, that it ended. */
struct known {
    char *uid;
    size_t entry;     /* its number in the trace */
    int64_t start_us; /* of the current run */
    bool is_running;
    UT_hash_handle hh;
};

/* Who created what: the companion's lines do not say it. */
struct creator {
    char *subject; /* "Pod namespace/name" */
    char *user;
    UT_hash_handle hh;
};

struct recording {
    struct trace *trace;
    struct mistakes *mistakes;
    const char *file;
    int line;
    int64_t now_us; /* of the line */
    struct known *known;
    struct creator *creators;
    size_t endless_count;
    size_t broken_count;
};

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : "";
}

static char *format_subject(const json_t *line)
{
    return text_format("%s %s/%s", text_of(line, "kind"), text_of(line, "namespace"),
                       text_of(line, "name"));
}

static void note_creator(struct recording *log, const json_t *line)
{
    auto_free char *subject = format_subject(line);
    struct creator *creator;

    HASH_FIND_STR(log->creators, subject, creator);
    if (creator != NULL || !text_equal(text_of(line, "webhook"), "mutate") ||
        !text_equal(text_of(line, "operation"), "CREATE")) {
        return;
    }
    creator = memory_allocate(sizeof *creator);
    creator->subject = take_pointer(&subject);
    creator->user = memory_copy_text(text_of(line, "user"));
    HASH_ADD_KEYPTR(hh, log->creators, creator->subject, strlen(creator->subject), creator);
}

static const char *find_creator(const struct recording *log, const json_t *line)
{
    auto_free char *subject = format_subject(line);
    struct creator *creator;

    HASH_FIND_STR(log->creators, subject, creator);
    return creator != NULL ? creator->user : "";
}

/* The annotation in the JSON Patch of a start; NULL if it has none. */
static const char *find_annotation(const json_t *patch)
{
    size_t index;
    const json_t *operation;

    json_array_foreach(patch, index, operation) {
        const json_t *value = json_object_get(operation, "value");
        const char *inner = json_string_value(json_object_get(value, ANNOTATION_ADMISSION));
        if (text_ends_with(text_of(operation, "path"), POINTER_ADMISSION)) {
            return json_string_value(value);
        }
        if (inner != NULL) {
            return inner;
        }
    }
    return NULL;
}

static struct admission *read_admission(const json_t *line)
{
    json_auto_t *patch = json_loads(text_of(line, "patch"), 0, NULL);
    const char *annotation = find_annotation(patch);
    json_auto_t *value = annotation != NULL ? json_loads(annotation, 0, NULL) : NULL;
    struct admission *admission = NULL;

    return value != NULL && admission_decode(value, &admission, NULL) ? admission : NULL;
}

/* What it was admitted with is all that the log knows of its requests. */
static void copy_requests(const struct admission *admission, struct trace_entry *entry)
{
    array_for_each(set, &admission->pod_sets) {
        struct pod_set copy = {.name = memory_copy_text(set->name), .count = set->count};
        array_for_each(assignment, &set->assignments) {
            resources_set(&copy.requests, assignment->resource, assignment->amount);
        }
        array_append(&entry->pod_sets, copy);
    }
}

static void add_entry(struct recording *log, const json_t *line, const struct admission *admission)
{
    int64_t waited_us = json_integer_value(json_object_get(line, "waitedMicros"));
    auto_trace_entry struct trace_entry entry = {0};
    const char *kind = trace_kind_find(text_of(line, "kind"));
    struct known *known = memory_allocate(sizeof *known);

    trace_entry_init(&entry);
    entry.file = log->file;
    entry.position = (struct document_position){.line = log->line, .column = 1};
    entry.kind = kind != NULL ? kind : entry.kind;
    entry.arrival_us = log->now_us - (waited_us > 0 && waited_us < log->now_us ? waited_us : 0);
    trace_entry_set_text(&entry.name, text_of(line, "name"));
    trace_entry_set_text(&entry.namespace_name, text_of(line, "namespace"));
    trace_entry_set_text(&entry.queue, text_of(line, "queue"));
    trace_entry_set_text(&entry.user, find_creator(log, line));
    copy_requests(admission, &entry);
    known->uid = memory_copy_text(admission->workload_uid);
    known->entry = log->trace->entries.count;
    known->start_us = log->now_us;
    known->is_running = trace_append_take(log->trace, &entry, log->mistakes);
    HASH_ADD_KEYPTR(hh, log->known, known->uid, strlen(known->uid), known);
}

/* A child starts under the uid of its workload, which is known by then. */
static void note_start(struct recording *log, const json_t *line)
{
    struct admission *admission = read_admission(line);
    struct known *known = NULL;

    if (admission == NULL) {
        log->broken_count++;
        return;
    }
    HASH_FIND_STR(log->known, admission->workload_uid, known);
    if (known == NULL) {
        add_entry(log, line, admission);
    } else if (!known->is_running) {
        known->start_us = log->now_us;
        known->is_running = true;
    }
    admission_destroy(admission);
}

/* What was stopped and started again has run for the sum of its runs. */
static void note_end(struct recording *log, const json_t *line)
{
    const char *uid = text_of(line, "uid");
    struct known *known;

    HASH_FIND_STR(log->known, uid, known);
    if (known != NULL && known->is_running) {
        log->trace->entries.items[known->entry].duration_us += log->now_us - known->start_us;
        known->is_running = false;
    }
}

static const struct reader {
    const char *message;
    void (*note)(struct recording *log, const json_t *line);
} readers[] = {
    {"decided", note_creator},
    {"started", note_start},
    {"ended", note_end},
    {"evicting", note_end},
};

static void read_line(struct recording *log, const char *text, size_t size_bytes)
{
    json_error_t json_error;
    json_auto_t *line = json_loadb(text, size_bytes, 0, &json_error);
    int64_t now_us;
    struct document_position position = {.line = log->line, .column = 1};

    if (line == NULL) {
        position.column = json_error.column > 0 ? json_error.column : 1;
        mistakes_add(log->mistakes, log->file, position, "not a line of JSON: %s", json_error.text);
        return;
    }
    if (!timestamp_parse(text_of(line, "time"), &now_us) || now_us < 0) {
        mistakes_add(log->mistakes, log->file, position, "the line has no 'time'");
        return;
    }
    if (now_us > log->now_us) { /* threads write their lines a little out of order */
        log->now_us = now_us;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(readers); i++) {
        if (text_equal(readers[i].message, text_of(line, "message"))) {
            readers[i].note(log, line);
        }
    }
}

static void read_lines(struct recording *log, const char *text, size_t size_bytes)
{
    const char *end = text + size_bytes;

    for (log->line = 1; text < end; log->line++) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        size_t line_bytes = (size_t)((line_end != NULL ? line_end : end) - text);
        if (text[0] == '{') {
            read_line(log, text, line_bytes);
        }
        text += line_bytes + (line_end != NULL ? 1 : 0);
    }
}

/* What runs at the end of the log has run at least until then. */
static void close_runs(struct recording *log)
{
    struct known *known;

    for (known = log->known; known != NULL; known = known->hh.next) {
        if (known->is_running) {
            log->trace->entries.items[known->entry].duration_us += log->now_us - known->start_us;
            log->endless_count++;
        }
    }
}

static void add_note(struct recording *log, size_t count, const char *words)
{
    if (count > 0) {
        array_append(&log->trace->notes, text_format("%s: %zu %s", log->file, count, words));
    }
}

static void release(struct recording *log)
{
    struct known *known;
    struct known *next_known;
    struct creator *creator;
    struct creator *next_creator;

    HASH_ITER(hh, log->known, known, next_known) {
        HASH_DEL(log->known, known);
        free(known->uid);
        free(known);
    }
    HASH_ITER(hh, log->creators, creator, next_creator) {
        HASH_DEL(log->creators, creator);
        free(creator->subject);
        free(creator->user);
        free(creator);
    }
}

void trace_read_log(struct trace *trace, const char *file, const char *text, size_t size_bytes,
                    struct mistakes *mistakes)
{
    struct recording log = {.trace = trace, .mistakes = mistakes, .file = file};

    if (trace->clock == TRACE_CLOCK_RELATIVE) {
        mistakes_add(mistakes, file, (struct document_position){1, 1},
                     "a log tells dates, but others arrive at a time from the beginning");
        return;
    }
    trace->clock = TRACE_CLOCK_ABSOLUTE;
    read_lines(&log, text, size_bytes);
    close_runs(&log);
    add_note(&log, log.endless_count,
             "workloads whose end is not in the log are taken to end with it");
    add_note(&log, log.broken_count, "starts do not say what was admitted and are left out");
    release(&log);
}
