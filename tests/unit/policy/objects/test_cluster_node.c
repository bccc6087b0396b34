/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/cluster_node.h"
#include "tests/unit/policy/objects/mistakes.h"
#include "tests/unit/policy/yaml_text.h"

Test(cluster_node, decodes_what_decides_about_a_place)
{
    json_auto_t *value = yaml_text("apiVersion: v1\n"
                                   "kind: Node\n"
                                   "metadata: {name: gpu-1, labels: {a: b}, whatever: 1}\n"
                                   "spec:\n"
                                   "  podCIDR: 10.0.0.0/24\n"
                                   "  taints: [{key: nvidia.com/gpu, effect: NoSchedule}]\n"
                                   "status:\n"
                                   "  allocatable: {cpu: 15890m, memory: 60Gi, nvidia.com/gpu: "
                                   "\"4\"}\n"
                                   "  conditions:\n"
                                   "  - {type: MemoryPressure, status: \"False\"}\n"
                                   "  - {type: Ready, status: \"True\"}\n");
    auto_findings struct findings findings = {0};
    struct cluster_node *node = NULL;

    cr_assert(cluster_node_decode(value, &findings, &node), "%s", print_findings(&findings));
    cr_assert_eq(findings.count, 0);
    cr_assert_str_eq(node->name, "gpu-1");
    cr_assert_str_eq(string_map_find(&node->labels, "a"), "b");
    cr_assert_eq(node->taints.count, 1);
    cr_assert_eq(resources_get(&node->allocatable, "cpu"), 15890);
    cr_assert_eq(resources_get(&node->allocatable, "nvidia.com/gpu"), 4);
    cr_assert(node->is_ready);
    cr_assert(node->is_schedulable);
    cluster_node_destroy(node);
    cluster_node_destroy(NULL);
}

Test(cluster_node, is_not_ready_unless_it_says_so)
{
    static const struct {
        const char *yaml;
        bool is_ready;
        bool is_schedulable;
    } cases[] = {
        {"{metadata: {name: a}}", false, true},
        {"{metadata: {name: a}, spec: {unschedulable: true}}", false, false},
        {"{metadata: {name: a}, status: {conditions: [{type: Ready, status: Unknown}]}}", false,
         true},
        {"{metadata: {name: a}, spec: {unschedulable: false}, status: {conditions: [{type: Ready, "
         "status: 'True'}]}}",
         true, true},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct cluster_node *node = NULL;
        json_auto_t *value = yaml_text(cases[i].yaml);
        cr_assert(cluster_node_decode(value, NULL, &node));
        cr_assert_eq(node->is_ready, cases[i].is_ready, "%s", cases[i].yaml);
        cr_assert_eq(node->is_schedulable, cases[i].is_schedulable, "%s", cases[i].yaml);
        cluster_node_destroy(node);
    }
}

Test(cluster_node, tells_of_mistakes)
{
    static const struct {
        const char *yaml;
        const char *path;
        const char *words;
    } cases[] = {
        {"{}", "metadata.name", "is missing"},
        {"{metadata: {name: a, labels: {b: 1}}}", "metadata.labels.b", "in quotes"},
        {"{metadata: {name: a}, spec: {taints: [{effect: Never}]}}", "spec.taints[0].effect",
         "must be"},
        {"{metadata: {name: a}, status: {allocatable: {nvidia.com/gpu: '-1'}}}",
         "status.allocatable[nvidia.com/gpu]", "'-1' is negative"},
        {"{metadata: {name: a}, status: {allocatable: 5}}", "status.allocatable",
         "must be an object"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct cluster_node *node = NULL;
        json_auto_t *value = yaml_text(cases[i].yaml);
        bool is_named = cluster_node_decode(value, &findings, &node);
        cr_assert_eq(is_named, node != NULL, "%s", cases[i].yaml);
        cr_assert(has_finding(&findings, cases[i].path, cases[i].words), "%s",
                  print_findings(&findings));
        cluster_node_destroy(node);
    }
}

Test(cluster_node, takes_nobody_with_taints_that_are_not_understood)
{
    json_auto_t *value =
        yaml_text("{metadata: {name: a}, spec: {taints: [{key: a, effect: Never}]}}");
    struct cluster_node *node = NULL;

    cr_assert(cluster_node_decode(value, NULL, &node));
    cr_assert_not(node->is_schedulable);
    cluster_node_destroy(node);
}

#define TAINTED                                                                                    \
    "{metadata: {name: a}, spec: {taints: [{key: a, effect: NoSchedule}]}, "                       \
    "status: {allocatable: {cpu: 1}}}"

Test(cluster_node, differs_where_other_pods_may_run)
{
    static const char *const differing[] = {
        "{metadata: {name: a, labels: {b: c}}, status: {allocatable: {cpu: 1}}}",
        "{metadata: {name: a}, status: {allocatable: {cpu: 2}}}",
        "{metadata: {name: a}, spec: {unschedulable: true}, status: {allocatable: {cpu: 1}}}",
        TAINTED,
    };
    json_auto_t *value = yaml_text("{metadata: {name: a}, status: {allocatable: {cpu: 1}}}");
    struct cluster_node *node = NULL;

    cr_assert(cluster_node_decode(value, NULL, &node));
    cr_assert(cluster_node_equal(node, node));
    for (size_t i = 0; i < ARRAY_LENGTH(differing); i++) {
        json_auto_t *other_value = yaml_text(differing[i]);
        struct cluster_node *other = NULL;
        cr_assert(cluster_node_decode(other_value, NULL, &other));
        cr_assert_not(cluster_node_equal(node, other), "%s", differing[i]);
        cluster_node_destroy(other);
    }
    cluster_node_destroy(node);
}
