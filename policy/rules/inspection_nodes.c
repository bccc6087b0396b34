/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/inspection_nodes.h"

#include "base/text.h"
#include "policy/rules/inspection_remarks.h"

static void add_node(struct inspection *inspection, const struct document *document,
                     const json_t *object, const char *prefix)
{
    auto_findings struct findings findings = {0};
    struct inspected inspected = {
        .document = document,
        .file_number = inspection->files.count - 1,
        .prefix = (char *)prefix,
    };
    struct cluster_node *node = NULL;

    if (!text_equal(json_string_value(json_object_get(object, "kind")), "Node")) {
        inspection_tell(inspection, &inspected, "kind",
                        "must be Node: give what 'kubectl get nodes -o yaml' prints");
    } else if (cluster_node_decode(object, &findings, &node)) {
        array_append(&inspection->nodes, node);
    }
    array_for_each(finding, &findings) {
        inspection_tell(inspection, &inspected, finding->path, "%s", finding->message);
    }
}

void inspection_nodes_add(struct inspection *inspection, const struct document *document)
{
    const json_t *root = document_root(document);
    const json_t *items = json_object_get(root, "items");
    size_t index;
    const json_t *item;

    if (!json_is_array(items)) {
        add_node(inspection, document, root, "");
        return;
    }
    json_array_foreach(items, index, item) {
        auto_free char *prefix = text_format("items[%zu]", index);
        add_node(inspection, document, item, prefix);
    }
}
