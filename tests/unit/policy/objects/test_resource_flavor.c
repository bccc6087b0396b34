/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/resource_flavor.h"
#include "tests/unit/policy/objects/mistakes.h"
#include "tests/unit/policy/yaml_text.h"

Test(resource_flavor, decodes_labels_taints_and_tolerations)
{
    json_auto_t *value = yaml_text("apiVersion: kueue.x-k8s.io/v1beta1\n"
                                   "kind: ResourceFlavor\n"
                                   "metadata: {name: nvidia-l4-1gpu}\n"
                                   "spec:\n"
                                   "  nodeLabels: {node.kubernetes.io/instance-type: g6.4xlarge}\n"
                                   "  nodeTaints: [{key: nvidia.com/gpu, effect: NoSchedule}]\n"
                                   "  tolerations: [{key: nvidia.com/gpu, operator: Exists}]\n");
    auto_findings struct findings findings = {0};
    struct resource_flavor *flavor = NULL;

    cr_assert(resource_flavor_decode(value, &findings, &flavor));
    cr_assert_eq(findings.count, 0);
    cr_assert_str_eq(flavor->name, "nvidia-l4-1gpu");
    cr_assert_str_eq(string_map_find(&flavor->node_labels, "node.kubernetes.io/instance-type"),
                     "g6.4xlarge");
    cr_assert_str_eq(flavor->node_taints.items[0].value, "");
    cr_assert_eq(flavor->node_taints.items[0].effect, TAINT_EFFECT_NO_SCHEDULE);
    cr_assert(flavor->tolerations.items[0].is_exists);
    cr_assert_eq(flavor->tolerations.items[0].effect, TAINT_EFFECT_ANY);
    resource_flavor_destroy(flavor);
}

Test(resource_flavor, may_have_an_empty_spec)
{
    static const char *const texts[] = {"metadata: {name: a}", "{metadata: {name: a}, spec: {}}",
                                        "{metadata: {name: a}, spec: ~, status: {x: y}}"};

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        json_auto_t *value = yaml_text(texts[i]);
        struct resource_flavor *flavor = NULL;
        cr_assert(resource_flavor_decode(value, NULL, &flavor));
        cr_assert_eq(flavor->node_labels.count, 0);
        resource_flavor_destroy(flavor);
    }
}

Test(resource_flavor, tells_of_mistakes)
{
    static const struct {
        const char *yaml;
        const char *path;
        const char *words;
    } cases[] = {
        {"{spec: {}}", "metadata.name", "is missing"},
        {"{metadata: {name: A}}", "metadata.name", "'A' is no name"},
        {"{metadata: {name: a}, spec: []}", "spec", "must be an object"},
        {"{metadata: {name: a}, spec: {nodeLabels: {a: 4}}}", "spec.nodeLabels.a", "in quotes"},
        {"{metadata: {name: a}, spec: {nodeLabels: {a: 'x y'}}}", "spec.nodeLabels.a",
         "no label value"},
        {"{metadata: {name: a}, spec: {nodeLabels: {'a b': x}}}", "spec.nodeLabels[a b]",
         "no label key"},
        {"{metadata: {name: a}, spec: {nodeLabels: {a: '', b: '', c: '', d: '', e: '', f: '', g: "
         "'', h: '', i: ''}}}",
         "spec.nodeLabels", "has 9 labels, and at most 8 are allowed"},
        {"{metadata: {name: a}, spec: {nodeTaints: [{key: a, effect: No}]}}",
         "spec.nodeTaints[0].effect", "must be"},
        {"{metadata: {name: a}, spec: {tolerations: [{}, {operator: Exists}]}}",
         "spec.tolerations[0].operator", "must be Exists"},
        {"{metadata: {name: a}, spec: {topologyName: t}}", "spec.topologyName", "at least one"},
        {"{metadata: {name: a, labels: {a: true}}}", "metadata.labels.a", "in quotes"},
        {"{metadata: {name: a, annotations: {'?': x}}}", "metadata.annotations.?", "is no key"},
        {"{metadata: {name: a, namespace: a.b}}", "metadata.namespace", "no name of a namespace"},
        {"[]", "", "must be an object"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_findings struct findings findings = {0};
        struct resource_flavor *flavor = NULL;
        json_auto_t *value = yaml_text(cases[i].yaml);
        cr_assert_not(resource_flavor_decode(value, &findings, &flavor), "%s", cases[i].yaml);
        cr_assert(has_finding(&findings, cases[i].path, cases[i].words), "%s%s", cases[i].yaml,
                  print_findings(&findings));
        cr_assert_null(flavor);
    }
}

Test(resource_flavor, tells_of_unknown_fields_and_decodes)
{
    json_auto_t *value = yaml_text("{metadata: {name: a, label: {}}, spec: {nodelabels: {}}, "
                                   "specs: 1}");
    auto_findings struct findings findings = {0};
    struct resource_flavor *flavor = NULL;

    cr_assert(resource_flavor_decode(value, &findings, &flavor));
    cr_assert(has_finding(&findings, "metadata.label", "did you mean 'labels'"));
    cr_assert(has_finding(&findings, "spec.nodelabels", "did you mean 'nodeLabels'"));
    cr_assert(has_finding(&findings, "specs", "did you mean 'spec'"));
    cr_assert_null(findings_first_mistake(&findings));
    resource_flavor_destroy(flavor);
}

Test(resource_flavor, is_shared_by_reference)
{
    json_auto_t *value = yaml_text("metadata: {name: a}");
    struct resource_flavor *flavor = NULL;

    cr_assert(resource_flavor_decode(value, NULL, &flavor));
    const struct resource_flavor *shared = resource_flavor_ref(flavor);
    resource_flavor_unref(flavor);
    cr_assert_str_eq(shared->name, "a");
    resource_flavor_unref(shared);
    resource_flavor_unref(NULL);
    resource_flavor_destroy(NULL);
}
