/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/manifest_text.h"

Test(inspection_nodes, takes_what_kubectl_prints)
{
    static const char *const texts[] = {
        "apiVersion: v1\nkind: Node\nmetadata: {name: a}\n" NEXT
        "apiVersion: v1\nkind: Node\nmetadata: {name: b}\n",
        "apiVersion: v1\nkind: List\nitems:\n- kind: Node\n  metadata: {name: a}\n- kind: Node\n  "
        "metadata: {name: b}\n",
        "{\"apiVersion\": \"v1\", \"kind\": \"NodeList\", \"items\": [{\"kind\": \"Node\", "
        "\"metadata\": {\"name\": \"a\"}}, {\"kind\": \"Node\", \"metadata\": {\"name\": \"b\"}}]}",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        auto_inspection struct inspection inspection = {0};
        inspection_add_nodes(&inspection, "nodes.yaml", texts[i], strlen(texts[i]));
        expect_remarks(&inspection, "");
        cr_assert(inspection.has_nodes);
        cr_assert_eq(inspection.nodes.count, 2);
        cr_assert_str_eq(inspection.nodes.items[1]->name, "b");
        cr_assert_eq(inspection.file_count, 0);
    }
}

Test(inspection_nodes, tells_what_is_no_node)
{
    static const struct {
        const char *nodes;
        const char *expected;
    } cases[] = {
        {"items: [{kind: Pod}]\n", "nodes.yaml:1:10: items[0].kind: must be Node: give what "
                                   "'kubectl get nodes -o yaml' prints\n"},
        {"{}\n",
         "nodes.yaml:1:1: kind: must be Node: give what 'kubectl get nodes -o yaml' prints\n"},
        {"kind: Node\nmetadata: {name: a}\nstatus: {allocatable: {cpu: many}}\n",
         "nodes.yaml:3:24: status.allocatable.cpu: 'many' is no quantity such as 4, 500m or "
         "64Gi\n"},
        {"a: [\n", "nodes.yaml:2:1: "},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_inspection struct inspection inspection = {0};
        inspection_add_nodes(&inspection, "nodes.yaml", cases[i].nodes, strlen(cases[i].nodes));
        inspection_finish(&inspection);
        auto_free char *found = format_remarks(&inspection);
        cr_assert(text_starts_with(found, cases[i].expected), "%s", found);
        cr_assert_eq(inspection.mistake_count, 1);
    }
}
