/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/inspection.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/suggestion.h"
#include "base/text.h"
#include "policy/objects/cluster_queue.h"
#include "policy/objects/configuration.h"
#include "policy/objects/local_queue.h"
#include "policy/objects/resource_flavor.h"
#include "policy/rules/inspection_links.h"

#define KUEUE_GROUP "kueue.x-k8s.io/"
#define CONFIGURATION_GROUP "config.gpuaas.dev/"

static const char *const kueue_versions[] = {KUEUE_GROUP "v1beta1", KUEUE_GROUP "v1beta2", NULL};
static const char *const kueue_kinds[] = {
    "ResourceFlavor",    "ClusterQueue",     "LocalQueue",
    "Workload",          "Cohort",           "WorkloadPriorityClass",
    "AdmissionCheck",    "Topology",         "ProvisioningRequestConfig",
    "MultiKueueCluster", "MultiKueueConfig", NULL,
};

static void decode_flavor(const json_t *object, struct findings *findings)
{
    struct resource_flavor *flavor = NULL;

    if (resource_flavor_decode(object, findings, &flavor)) {
        resource_flavor_destroy(flavor);
    }
}

static void decode_cluster_queue(const json_t *object, struct findings *findings)
{
    struct cluster_queue *queue = NULL;

    if (cluster_queue_decode(object, findings, &queue)) {
        cluster_queue_destroy(queue);
    }
}

static void decode_local_queue(const json_t *object, struct findings *findings)
{
    struct local_queue *queue = NULL;

    if (local_queue_decode(object, findings, &queue)) {
        local_queue_destroy(queue);
    }
}

static void decode_configuration(const json_t *object, struct findings *findings)
{
    struct configuration *configuration = NULL;

    if (configuration_decode(object, findings, &configuration)) {
        configuration_destroy(configuration);
    }
}

/* `telltale` is the field of the spec that gives away a fragment. */
static const struct kind {
    const char *name;
    const char *telltale;
    void (*decode)(const json_t *object, struct findings *findings);
} kinds[INSPECTION_KIND_COUNT] = {
    [INSPECTION_RESOURCE_FLAVOR] = {"ResourceFlavor", "nodeLabels", decode_flavor},
    [INSPECTION_CLUSTER_QUEUE] = {"ClusterQueue", "resourceGroups", decode_cluster_queue},
    [INSPECTION_LOCAL_QUEUE] = {"LocalQueue", "clusterQueue", decode_local_queue},
    [INSPECTION_CONFIGURATION] = {"Configuration", NULL, decode_configuration},
};

const char *inspection_kind_name(enum inspection_kind kind)
{
    return kinds[kind].name;
}

static void add_mistake(struct inspection *inspection, size_t file_number,
                        struct document_position position, char *message)
{
    array_append(&inspection->mistakes, ((struct inspection_mistake){
                                            .file = inspection->files.items[file_number],
                                            .position = position,
                                            .message = message,
                                            .file_number = file_number,
                                        }));
}

void inspection_tell(struct inspection *inspection, const struct inspected *inspected,
                     const char *path, const char *message_format, ...)
{
    auto_free char *message = NULL;
    va_list arguments;

    va_start(arguments, message_format);
    int length = vasprintf(&message, message_format, arguments);
    va_end(arguments);
    if (length < 0) {
        abort();
    }
    if (inspected->is_spec_only && text_starts_with(path, "spec.")) {
        path += strlen("spec.");
    }
    const char *dot = inspected->prefix[0] != '\0' && path[0] != '\0' ? "." : "";
    auto_free char *full_path = text_format("%s%s%s", inspected->prefix, dot, path);
    add_mistake(inspection, inspected->file_number,
                document_find_position(inspected->document, full_path),
                text_format("%s%s%s", full_path, full_path[0] != '\0' ? ": " : "", message));
}

static const char *member_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* The kind whose telltale field is there, or INSPECTION_KIND_COUNT. */
static enum inspection_kind guess_kind(const json_t *spec)
{
    enum inspection_kind kind = 0;

    while (kind < INSPECTION_KIND_COUNT &&
           (kinds[kind].telltale == NULL || json_object_get(spec, kinds[kind].telltale) == NULL)) {
        kind++;
    }
    return kind;
}

static enum inspection_kind find_kind(const char *name)
{
    enum inspection_kind kind = 0;

    while (kind < INSPECTION_KIND_COUNT && !text_equal(kinds[kind].name, name)) {
        kind++;
    }
    return kind;
}

static void inspect(struct inspection *inspection, const struct inspected *inspected)
{
    auto_findings struct findings findings = {0};

    kinds[inspected->kind].decode(inspected->object, &findings);
    array_for_each(finding, &findings) {
        inspection_tell(inspection, inspected, finding->path, "%s", finding->message);
    }
    inspection->counts[inspected->kind]++;
    array_append(&inspection->objects, *inspected);
}

/* The object around a fragment. */
static json_t *create_head(const json_t *fragment, bool is_spec_only)
{
    json_t *object = json_pack("{s:{s:s}}", "metadata", "name", "fragment");

    if (is_spec_only) {
        json_object_set(object, "spec", (json_t *)fragment);
    } else {
        json_object_update(object, (json_t *)fragment);
    }
    return object;
}

/* A document that says nothing of its kind. False if it is not ours. */
static bool inspect_fragment(struct inspection *inspection, struct inspected *inspected,
                             const json_t *root)
{
    const json_t *spec = json_object_get(root, "spec");

    inspected->is_spec_only = spec == NULL;
    inspected->kind = guess_kind(spec != NULL ? spec : root);
    if (inspected->kind == INSPECTION_KIND_COUNT) {
        return false;
    }
    inspected->has_no_name = true;
    inspected->object = create_head(root, inspected->is_spec_only);
    inspect(inspection, inspected);
    return true;
}

/* Ours without the line that says so. */
static bool inspect_without_kind(struct inspection *inspection, struct inspected *inspected,
                                 const json_t *root)
{
    const char *version = member_text(root, "apiVersion");

    inspected->kind = text_starts_with(version, CONFIGURATION_GROUP)
                          ? INSPECTION_CONFIGURATION
                          : guess_kind(json_object_get(root, "spec"));
    if (version != NULL && !text_starts_with(version, KUEUE_GROUP) &&
        inspected->kind != INSPECTION_CONFIGURATION) {
        return false;
    }
    if (inspected->kind == INSPECTION_KIND_COUNT) {
        if (version != NULL) {
            inspection_tell(inspection, inspected, "kind", "is missing");
        }
        return version != NULL;
    }
    inspected->object = json_incref((json_t *)root);
    if (inspected->kind != INSPECTION_CONFIGURATION) {
        inspection_tell(inspection, inspected, "kind", "is missing: add the line 'kind: %s'",
                        kinds[inspected->kind].name);
    }
    inspect(inspection, inspected);
    return true;
}

static bool is_listed(const char *name, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (text_equal(name, *names)) {
            return true;
        }
    }
    return false;
}

/* False if the apiVersion says that the object is somebody else's. */
static bool check_version(struct inspection *inspection, const struct inspected *inspected,
                          const char *version)
{
    const char *nearest = version != NULL ? suggestion_find(version, kueue_versions) : NULL;

    if (is_listed(version, kueue_versions)) {
        return true;
    }
    if (version == NULL) {
        inspection_tell(inspection, inspected, "apiVersion",
                        "is missing: add the line 'apiVersion: %s'", kueue_versions[0]);
    } else if (text_starts_with(version, KUEUE_GROUP)) {
        inspection_tell(inspection, inspected, "apiVersion",
                        "unknown version '%.80s': %s and %s are known", version, kueue_versions[0],
                        kueue_versions[1]);
    } else if (nearest != NULL) {
        inspection_tell(inspection, inspected, "apiVersion",
                        "unknown version '%.80s': did you mean '%s'?", version, nearest);
    } else {
        return false;
    }
    return true;
}

/* A kind of Kueue's group that is not inspected. True if it was a mistake. */
static bool tell_unknown_kind(struct inspection *inspection, const struct inspected *inspected,
                              const char *kind, const char *version)
{
    const char *nearest = suggestion_find(kind, kueue_kinds);

    if (!text_starts_with(version, KUEUE_GROUP) || is_listed(kind, kueue_kinds)) {
        return false;
    }
    if (nearest != NULL) {
        inspection_tell(inspection, inspected, "kind", "unknown kind '%.80s': did you mean '%s'?",
                        kind, nearest);
    } else {
        inspection_tell(inspection, inspected, "kind", "unknown kind '%.80s'", kind);
    }
    return true;
}

/* False if the object is none of ours. */
static bool inspect_named(struct inspection *inspection, struct inspected *inspected,
                          const json_t *root, const char *kind)
{
    const char *version = member_text(root, "apiVersion");

    inspected->kind = find_kind(kind);
    if (text_starts_with(version, CONFIGURATION_GROUP)) {
        inspected->kind = INSPECTION_CONFIGURATION;
    } else if (inspected->kind == INSPECTION_KIND_COUNT) {
        return tell_unknown_kind(inspection, inspected, kind, version);
    } else if (inspected->kind == INSPECTION_CONFIGURATION) {
        if (version != NULL) {
            return false;
        }
    } else if (!check_version(inspection, inspected, version)) {
        return false;
    }
    inspected->object = json_incref((json_t *)root);
    inspect(inspection, inspected);
    return true;
}

/* Owns the prefix. */
static void add_object(struct inspection *inspection, const struct document *document,
                       const json_t *root, char *prefix)
{
    struct inspected inspected = {
        .document = document,
        .file_number = inspection->file_count - 1,
        .prefix = prefix,
    };
    const char *kind = member_text(root, "kind");
    bool is_ours;

    if (kind != NULL) {
        is_ours = inspect_named(inspection, &inspected, root, kind);
    } else if (json_object_get(root, "apiVersion") != NULL ||
               json_object_get(root, "metadata") != NULL) {
        is_ours = inspect_without_kind(inspection, &inspected, root);
    } else {
        is_ours = inspect_fragment(inspection, &inspected, root);
    }
    if (inspected.object == NULL) {
        free(prefix);
    }
    inspection->skipped_count += is_ours ? 0 : 1;
}

static bool is_object_list(const json_t *root)
{
    return text_equal(member_text(root, "apiVersion"), "v1") &&
           text_equal(member_text(root, "kind"), "List");
}

static void add_document(struct inspection *inspection, const struct document *document)
{
    const json_t *root = document_root(document);
    size_t index;
    const json_t *item;

    if (!is_object_list(root)) {
        add_object(inspection, document, root, memory_copy_text(""));
        return;
    }
    json_array_foreach(json_object_get(root, "items"), index, item) {
        add_object(inspection, document, item, text_format("items[%zu]", index));
    }
}

void inspection_add_text(struct inspection *inspection, const char *file, const char *text,
                         size_t size_bytes)
{
    struct document_list documents = {0};
    struct document_mistake mistake;

    array_append(&inspection->files, memory_copy_text(file));
    inspection->file_count++;
    if (!document_scan_all(text, size_bytes, &documents, &mistake)) {
        add_mistake(inspection, inspection->file_count - 1, mistake.position,
                    memory_copy_text(mistake.message));
        return;
    }
    array_for_each(document, &documents) {
        array_append(&inspection->documents, *document);
        add_document(inspection, *document);
    }
    array_release(&documents);
}

static int compare_mistakes(const void *left_item, const void *right_item)
{
    const struct inspection_mistake *left = left_item;
    const struct inspection_mistake *right = right_item;

    if (left->file_number != right->file_number) {
        return left->file_number < right->file_number ? -1 : 1;
    }
    if (left->position.line != right->position.line) {
        return left->position.line - right->position.line;
    }
    if (left->position.column != right->position.column) {
        return left->position.column - right->position.column;
    }
    return strcmp(left->message, right->message);
}

void inspection_finish(struct inspection *inspection)
{
    inspection_links_check(inspection);
    if (inspection->mistakes.count > 0) {
        qsort(inspection->mistakes.items, inspection->mistakes.count,
              sizeof *inspection->mistakes.items, compare_mistakes);
    }
}

void inspection_release(struct inspection *inspection)
{
    array_for_each(mistake, &inspection->mistakes) {
        free(mistake->message);
    }
    array_release(&inspection->mistakes);
    array_for_each(inspected, &inspection->objects) {
        free(inspected->prefix);
        json_decref(inspected->object);
    }
    array_release(&inspection->objects);
    array_for_each(file, &inspection->files) {
        free(*file);
    }
    array_release(&inspection->files);
    document_list_release(&inspection->documents);
}
