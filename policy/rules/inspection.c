/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/inspection.h"

#include "base/text.h"
#include "policy/rules/inspection_capacity.h"
#include "policy/rules/inspection_documents.h"
#include "policy/rules/inspection_flavors.h"
#include "policy/rules/inspection_links.h"
#include "policy/rules/inspection_namespaces.h"
#include "policy/rules/inspection_nodes.h"
#include "policy/rules/inspection_remarks.h"

/* False, and a mistake is told, if the text is no YAML. The documents that were read are the last
 * of all. */
static bool add_documents(struct inspection *inspection, const char *file, const char *text,
                          size_t size_bytes, size_t *out_count)
{
    struct document_list documents = {0};
    struct document_mistake mistake;

    array_append(&inspection->files, memory_copy_text(file));
    if (!document_scan_all(text, size_bytes, &documents, &mistake)) {
        inspection_tell_at(inspection, inspection->files.count - 1, mistake.position,
                           memory_copy_text(mistake.message));
        return false;
    }
    array_for_each(document, &documents) {
        array_append(&inspection->documents, *document);
    }
    *out_count = documents.count;
    array_release(&documents);
    return true;
}

void inspection_add_text(struct inspection *inspection, const char *file, const char *text,
                         size_t size_bytes)
{
    size_t count = 0;

    inspection->file_count++;
    if (!add_documents(inspection, file, text, size_bytes, &count)) {
        return;
    }
    for (size_t i = inspection->documents.count - count; i < inspection->documents.count; i++) {
        inspection_documents_add(inspection, inspection->documents.items[i]);
    }
}

void inspection_add_nodes(struct inspection *inspection, const char *file, const char *text,
                          size_t size_bytes)
{
    size_t count = 0;

    if (!add_documents(inspection, file, text, size_bytes, &count)) {
        return;
    }
    inspection->has_nodes = true;
    for (size_t i = inspection->documents.count - count; i < inspection->documents.count; i++) {
        inspection_nodes_add(inspection, inspection->documents.items[i]);
    }
}

void inspection_finish(struct inspection *inspection)
{
    inspection_links_check(inspection);
    inspection_namespaces_check(inspection);
    inspection_flavors_check(inspection);
    inspection_capacity_check(inspection);
    inspection_remarks_sort(&inspection->remarks);
}

const struct inspected *inspection_find(const struct inspection *inspection,
                                        enum inspection_kind kind, const char *name)
{
    array_for_each(inspected, &inspection->objects) {
        const json_t *metadata = json_object_get(inspected->object, "metadata");
        if (inspected->kind == kind && !inspected->has_no_name &&
            text_equal(json_string_value(json_object_get(metadata, "name")), name)) {
            return inspected;
        }
    }
    return NULL;
}

static void release_inspected(struct inspected *inspected)
{
    free(inspected->prefix);
    json_decref(inspected->object);
    resource_flavor_destroy(inspected->flavor);
    cohort_destroy(inspected->cohort);
    cluster_queue_destroy(inspected->cluster_queue);
    local_queue_destroy(inspected->local_queue);
    configuration_destroy(inspected->configuration);
}

void inspection_release(struct inspection *inspection)
{
    array_for_each(inspected, &inspection->objects) {
        release_inspected(inspected);
    }
    array_release(&inspection->objects);
    array_for_each(node, &inspection->nodes) {
        cluster_node_destroy(*node);
    }
    array_release(&inspection->nodes);
    array_for_each(file, &inspection->files) {
        free(*file);
    }
    array_release(&inspection->files);
    inspection_remarks_release(&inspection->remarks);
    array_release(&inspection->skipped);
    document_list_release(&inspection->documents);
}
