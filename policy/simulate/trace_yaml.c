/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/trace_entry.h"

#include "base/text.h"

#define ANNOTATION_ARRIVAL "simulate.gpuaas.dev/arrival"
#define ANNOTATION_DURATION "simulate.gpuaas.dev/duration"
#define ANNOTATION_USER "simulate.gpuaas.dev/user"
#define ANNOTATION_PROFILE "opendatahub.io/hardware-profile-name"
#define LABEL_QUEUE "kueue.x-k8s.io/queue-name"
#define LABEL_PRIORITY_CLASS "kueue.x-k8s.io/priority-class"
#define LABEL_RUN_TIME "kueue.x-k8s.io/max-exec-time-seconds"

enum { ITEMS_MAX = TRACE_ENTRIES_MAX };

static const char *const document_fields[] = {"apiVersion", "kind", "workloads", NULL};

/* One document, and which object in it is being read. */
struct reading {
    struct trace *trace;
    struct mistakes *mistakes;
    const char *file;
    const struct document *document;
};

/* Takes the entry if nothing was found; tells what was. */
static void finish_entry(const struct reading *reading, const char *path, struct findings *findings,
                         struct trace_entry *entry)
{
    entry->file = reading->file;
    entry->position = document_find_position(reading->document, path);
    mistakes_add_findings(reading->mistakes, reading->file, reading->document, "", findings);
    if (findings->count == 0) {
        trace_append_take(reading->trace, entry, reading->mistakes);
    }
}

static void read_items(const struct reading *reading, const json_t *root)
{
    auto_findings struct findings head_findings = {0};
    struct decoding head = {.findings = &head_findings};
    auto_field struct field document = field_root(&head, root, "");
    auto_field struct field list = field_get(&document, "workloads");
    size_t count = field_count(&list, ITEMS_MAX);

    field_expect_names(&document, document_fields);
    mistakes_add_findings(reading->mistakes, reading->file, reading->document, "", &head_findings);
    for (size_t i = 0; i < count; i++) {
        auto_findings struct findings findings = {0};
        struct decoding decoding = {.findings = &findings};
        auto_trace_entry struct trace_entry entry = {0};
        auto_field struct field item = {
            .decoding = &decoding,
            .value = json_array_get(list.value, i),
            .path = field_item_path(list.path, i),
        };
        trace_entry_init(&entry);
        trace_entry_read(&item, reading->trace, &entry);
        finish_entry(reading, item.path, &findings, &entry);
    }
}

/* A field that is a text in a map such as labels; released by the caller. */
static struct field get_entry(const struct field *metadata, const char *map, const char *name)
{
    auto_field struct field entries = field_get(metadata, map);

    return field_get(&entries, name);
}

static void read_word(const struct field *metadata, const char *map, const char *name, char **text)
{
    auto_field struct field field = get_entry(metadata, map, name);
    const char *value = field_text(&field);

    if (value != NULL) {
        trace_entry_set_text(text, value);
    }
}

static void read_times(const struct field *metadata, struct trace *trace, struct trace_entry *entry)
{
    auto_field struct field arrival = get_entry(metadata, "annotations", ANNOTATION_ARRIVAL);
    auto_field struct field created = field_get(metadata, "creationTimestamp");
    auto_field struct field duration = get_entry(metadata, "annotations", ANNOTATION_DURATION);
    auto_field struct field run_time = get_entry(metadata, "labels", LABEL_RUN_TIME);

    trace_read_arrival(arrival.value == NULL && created.value != NULL ? &created : &arrival, trace,
                       &entry->arrival_us);
    if (duration.value == NULL) {
        field_fault(&duration, "is missing: how long does it run?");
    }
    trace_read_span(&duration, &entry->duration_us);
    trace_read_span(&run_time, &entry->run_time_us);
}

static void read_metadata(const struct field *object, struct trace *trace,
                          struct trace_entry *entry)
{
    auto_field struct field metadata = field_get(object, "metadata");
    auto_field struct field name = field_get(&metadata, "name");
    auto_field struct field prefix = field_get(&metadata, "generateName");
    auto_field struct field namespace = field_get(&metadata, "namespace");

    trace_entry_set_text(&entry->name, prefix.value != NULL && name.value == NULL
                                           ? field_text(&prefix)
                                           : field_required_text(&name));
    trace_entry_set_text(&entry->namespace_name, field_text(&namespace));
    read_word(&metadata, "labels", LABEL_QUEUE, &entry->queue);
    read_word(&metadata, "labels", LABEL_PRIORITY_CLASS, &entry->priority_class);
    read_word(&metadata, "annotations", ANNOTATION_USER, &entry->user);
    read_word(&metadata, "annotations", ANNOTATION_PROFILE, &entry->profile);
    read_times(&metadata, trace, entry);
}

/* parallelism, and no more than the completions that are asked for (batch/v1 JobSpec). */
static int64_t read_count(const struct field *spec, const char *kind)
{
    auto_field struct field parallelism = field_get(spec, "parallelism");
    auto_field struct field completions = field_get(spec, "completions");

    if (!text_equal(kind, "Job")) {
        return 1;
    }
    int64_t count = field_integer(&parallelism, 1, 0, INT32_MAX);
    int64_t wanted = field_integer(&completions, count, 0, INT32_MAX);
    return wanted < count ? wanted : count;
}

static void read_pods(const struct field *object, struct trace_entry *entry)
{
    auto_field struct field spec = field_get(object, "spec");
    auto_field struct field template = field_get(&spec, "template");
    auto_field struct field template_spec = field_get(&template, "spec");
    bool is_pod = text_equal(entry->kind, "Pod");
    const struct field *pod_spec = is_pod ? &spec : &template_spec;
    struct error error = {0};

    if (!field_is_object(pod_spec)) {
        field_fault(pod_spec, "must be there: a PodSpec");
        return;
    }
    auto_field struct field class = field_get(pod_spec, "priorityClassName");
    auto_field struct field priority = field_get(pod_spec, "priority");
    if (entry->priority_class[0] == '\0') {
        trace_entry_set_text(&entry->priority_class, field_text(&class));
    }
    entry->priority = field_integer(&priority, 0, INT32_MIN, INT32_MAX);
    if (!pod_set_list_append_decoded(&entry->pod_sets, "main", read_count(&spec, entry->kind),
                                     pod_spec->value, pod_spec->path, &error)) {
        field_fault(pod_spec, "%s", error.message);
    }
}

static void read_manifest(const struct reading *reading, const json_t *value, const char *path)
{
    const char *kind_name = json_string_value(json_object_get(value, "kind"));
    const char *kind = trace_kind_find(kind_name);
    auto_findings struct findings findings = {0};
    struct decoding decoding = {.findings = &findings};
    auto_field struct field object = field_root(&decoding, value, path);
    auto_trace_entry struct trace_entry entry = {0};

    trace_entry_init(&entry);
    if (kind == NULL) {
        field_fault(&object,
                    "%s%.80s: Pods, Jobs and Notebooks can be simulated, or a list "
                    "under 'workloads:'",
                    kind_name != NULL ? "a " : "no kind", kind_name != NULL ? kind_name : "");
    } else {
        entry.kind = kind;
        read_metadata(&object, reading->trace, &entry);
        read_pods(&object, &entry);
    }
    finish_entry(reading, path, &findings, &entry);
}

static void read_document(const struct reading *reading)
{
    const json_t *root = document_root(reading->document);
    size_t index;
    const json_t *item;

    if (json_object_get(root, "workloads") != NULL) {
        read_items(reading, root);
        return;
    }
    if (!text_equal(json_string_value(json_object_get(root, "kind")), "List")) {
        read_manifest(reading, root, "");
        return;
    }
    json_array_foreach(json_object_get(root, "items"), index, item) {
        auto_free char *path = field_item_path("items", index);
        read_manifest(reading, item, path);
    }
}

void trace_read_yaml(struct trace *trace, const char *file, const char *text, size_t size_bytes,
                     struct mistakes *mistakes)
{
    struct document_list documents = {0};
    struct document_mistake mistake;

    if (!document_scan_all(text, size_bytes, &documents, &mistake)) {
        mistakes_add(mistakes, file, mistake.position, "%s", mistake.message);
        return;
    }
    array_for_each(document, &documents) {
        read_document(&(struct reading){trace, mistakes, file, *document});
    }
    document_list_release(&documents);
}
