/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/manifest_text.h"

#define NODE(name, fields)                                                                         \
    "kind: Node\nmetadata: {name: " name ", labels: {gpu: l4, zone: a}}\n" fields
#define READY "status: {conditions: [{type: Ready, status: \"True\"}], allocatable: {gpu/gpu: 1}}\n"
#define LABELLED(labels) FLAVOR("f") "spec: {nodeLabels: {" labels "}}\n"

Test(inspection_flavors, warns_of_flavors_that_no_node_has)
{
    static const struct {
        const char *text;
        const char *nodes;
        const char *expected;
    } cases[] = {
        {LABELLED("gpu: l4"), NODE("a", READY), ""},
        {LABELLED("gpu: l4, zone: a"), NODE("a", READY), ""},
        {LABELLED("gpu: l5"), NODE("a", READY),
         "a.yaml:4:21: warning: spec.nodeLabels.gpu: no node says 'l5', so that nothing can start "
         "on this flavor: nodes say 'l4'\n"},
        {LABELLED("nvidia.com/gpu.product: l4"), NODE("a", READY),
         "a.yaml:4:21: warning: spec.nodeLabels[nvidia.com/gpu.product]: no node has this label, "
         "so that nothing can start on this flavor: mend it, or label the nodes\n"},
        {LABELLED("gpu: l4, zone: b"),
         NODE("a", READY) NEXT "kind: Node\nmetadata: {name: b, labels: {gpu: a100, zone: b}}\n",
         "a.yaml:4:8: warning: spec.nodeLabels: no node has all of these labels, so that nothing "
         "can start on this flavor\n"},
        {LABELLED("gpu: l4"), NODE("a", "") NEXT NODE("b", "spec: {unschedulable: true}\n" READY),
         "a.yaml:4:8: warning: spec.nodeLabels: of 2 nodes of this flavor none is ready and "
         "schedulable: nothing can start there now\n"},
        {LABELLED("gpu: l4"), NODE("a", "") NEXT NODE("b", READY), ""},
        {"nodeLabels: {gpu: l5}\n", NODE("a", READY),
         "a.yaml:1:14: warning: nodeLabels.gpu: no node says 'l5', so that nothing can start on "
         "this flavor: nodes say 'l4'\n"},
        {LABELLED("gpu: l5"), "kind: List\nitems: []\n",
         "a.yaml:4:21: warning: spec.nodeLabels.gpu: no node has this label, so that nothing can "
         "start on this flavor: mend it, or label the nodes\n"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect_on_nodes(cases[i].text, cases[i].nodes, cases[i].expected);
    }
    expect_of_file(LABELLED("gpu: l5"), "");
}

#define STANDS_FOR_ALL "a flavor with nvidia.com/gpu and without labels stands for every node, "
#define ADD_LABELS ": add the labels that only its own nodes have\n"

Test(inspection_flavors, warns_of_a_gpu_flavor_without_labels_among_others)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {FLAVOR("f") NEXT QUEUE("main", "f"), ""},
        {FLAVOR("f") "spec: {nodeLabels: {a: b}}\n" NEXT FLAVOR("g") NEXT QUEUE("main", "f"), ""},
        {FLAVOR("f") NEXT FLAVOR("g") NEXT QUEUE("main", "f"),
         "a.yaml:1:1: warning: spec.nodeLabels: " STANDS_FOR_ALL
         "those of flavor 'g' too" ADD_LABELS},
        {FLAVOR("f") NEXT FLAVOR("g") NEXT QUEUE("main", "f") NEXT
         "apiVersion: config.gpuaas.dev/v1alpha1\nkind: Configuration\nmanagedResources: "
         "[amd.com/gpu]\n",
         ""},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect_of_file(cases[i].text, cases[i].expected);
    }
}

Test(inspection_flavors, warns_of_a_gpu_flavor_without_labels_among_nodes_without_gpus)
{
    static const char gpu_node[] =
        "kind: Node\nmetadata: {name: gpu-1}\nstatus: {allocatable: {nvidia.com/gpu: 1}, "
        "conditions: [{type: Ready, status: \"True\"}]}\n";
    auto_free char *mixed = text_format("%s---\nkind: Node\nmetadata: {name: cpu-1}\n", gpu_node);

    expect_on_nodes(FLAVOR("f") NEXT QUEUE("main", "f"), gpu_node, "");
    expect_on_nodes(FLAVOR("f") NEXT QUEUE("main", "f"), mixed,
                    "a.yaml:1:1: warning: spec.nodeLabels: " STANDS_FOR_ALL
                    "and 'cpu-1' has none" ADD_LABELS);
}
