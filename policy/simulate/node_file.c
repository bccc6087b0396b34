/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/node_file.h"

#include "base/text.h"
#include "policy/objects/cluster_node.h"
#include "policy/objects/field.h"

static void add_node(struct placement *placement, const json_t *object, struct findings *findings)
{
    const char *kind = json_string_value(json_object_get(object, "kind"));
    struct cluster_node *node = NULL;

    if (!text_equal(kind, "Node")) {
        findings_add(findings, FINDING_MISTAKE, "kind",
                     "must be Node: give what 'kubectl get nodes -o yaml' prints");
        return;
    }
    if (!cluster_node_decode(object, findings, &node)) {
        return;
    }
    if (placement_find_node(placement, node->name) >= 0) {
        findings_add(findings, FINDING_MISTAKE, "metadata.name", "there is a node '%.80s' already",
                     node->name);
    } else {
        placement_add_node(placement, node->name, &node->labels, &node->taints,
                           node->is_ready && node->is_schedulable, &node->allocatable);
    }
    cluster_node_destroy(node);
}

static void add_object(struct placement *placement, const char *file,
                       const struct document *document, const json_t *object, const char *prefix,
                       struct mistakes *mistakes)
{
    auto_findings struct findings findings = {0};

    add_node(placement, object, &findings);
    mistakes_add_findings(mistakes, file, document, prefix, &findings);
}

static void add_document(struct placement *placement, const char *file,
                         const struct document *document, struct mistakes *mistakes)
{
    const json_t *root = document_root(document);
    const json_t *items = json_object_get(root, "items");
    size_t index;
    const json_t *item;

    if (!json_is_array(items)) {
        add_object(placement, file, document, root, "", mistakes);
        return;
    }
    json_array_foreach(items, index, item) {
        auto_free char *prefix = field_item_path("items", index);
        add_object(placement, file, document, item, prefix, mistakes);
    }
}

void node_file_add_text(struct placement *placement, const char *file, const char *text,
                        size_t size_bytes, struct mistakes *mistakes)
{
    struct document_list documents = {0};
    struct document_mistake mistake;

    if (!document_scan_all(text, size_bytes, &documents, &mistake)) {
        mistakes_add(mistakes, file, mistake.position, "%s", mistake.message);
        return;
    }
    array_for_each(document, &documents) {
        add_document(placement, file, *document, mistakes);
    }
    document_list_release(&documents);
}
