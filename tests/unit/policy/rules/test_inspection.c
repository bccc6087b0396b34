/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/policy/rules/manifest_text.h"

#define DEFAULT "annotations: {kueue.x-k8s.io/default-queue: \"true\"}"

Test(inspection, finds_nothing_wrong_with_a_whole_set)
{
    auto_inspection struct inspection inspection = {0};

    add_text(&inspection, "flavors.yaml",
             FLAVOR("l4") "spec: {nodeLabels: {gpu: l4}}\n" NEXT FLAVOR("a100"));
    add_text(&inspection, "queues.yaml",
             LOCAL_QUEUE("name: q, namespace: team", "main") NEXT QUEUE("main", "l4"));
    add_text(
        &inspection, "other.yaml",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n" NEXT
        "apiVersion: config.gpuaas.dev/v1alpha1\nkind: Configuration\n" NEXT COHORT("lab", "")
            NEXT HEAD("WorkloadPriorityClass") "metadata: {name: high}\nvalue: 100\n" NEXT HEAD(
                "AdmissionCheck") "metadata: {name: budget}\nspec: {controllerName: a}\n" NEXT
                                  "apiVersion: scheduling.k8s.io/v1\nkind: "
                                  "PriorityClass\nmetadata: {name: "
                                  "high}\nvalue: 100\n" NEXT
                                  "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: "
                                  "Kustomization\nresources: [a]\n" NEXT
                                  "- op: add\n" NEXT HEAD("Workload"));
    expect_remarks(&inspection, "");
    cr_assert_eq(inspection.counts[INSPECTION_RESOURCE_FLAVOR], 2);
    cr_assert_eq(inspection.counts[INSPECTION_CLUSTER_QUEUE], 1);
    cr_assert_eq(inspection.counts[INSPECTION_LOCAL_QUEUE], 1);
    cr_assert_eq(inspection.counts[INSPECTION_CONFIGURATION], 1);
    cr_assert_eq(inspection.counts[INSPECTION_COHORT], 1);
    cr_assert_eq(inspection.counts[INSPECTION_WORKLOAD_PRIORITY_CLASS], 1);
    cr_assert_eq(inspection.counts[INSPECTION_ADMISSION_CHECK], 1);
    cr_assert_eq(inspection.counts[INSPECTION_PRIORITY_CLASS], 1);
    cr_assert_eq(inspection.skipped.count, 4);
    cr_assert_eq(inspection.file_count, 3);
}

Test(inspection, takes_fragments_of_a_document)
{
    expect_of_file("# a flavor\n"
                   "nodeLabels:\n"
                   "  node.kubernetes.io/instance-type: g6.4xlarge\n"
                   "tolerations:\n"
                   "  - key: nvidia.com/gpu\n"
                   "    operator: Exists\n"
                   "    effect: NoSchedule\n",
                   "");
    expect_of_file("spec:\n  clusterQueue: rhoai-main-queue\n", "");
    expect_of_file("parentName: lab\n", "");
    expect_of_file("spec: {controllerName: ''}\n", "a.yaml:1:8: spec.controllerName: is empty\n");
    expect_of_file("spec:\n  clusterQueue: Main\n",
                   "a.yaml:2:3: spec.clusterQueue: 'Main' is no name: lower case letters, digits, "
                   "'-' and '.', at most 253, beginning and ending with a letter or digit\n");
}

Test(inspection, tells_the_line_to_add_to_a_queue_without_covered_resources)
{
    expect_of_file("# the queue\n"
                   "resourceGroups:\n"
                   "  - flavors:\n"
                   "      - name: nvidia-l4-1gpu\n"
                   "        resources:\n"
                   "          - name: \"nvidia.com/gpu\"\n"
                   "            nominalQuota: 1\n"
                   "      - name: nvidia-l4-4gpu\n"
                   "        resources:\n"
                   "          - name: \"nvidia.com/gpu\"\n"
                   "            nominalQuota: 4\n",
                   "a.yaml:3:5: resourceGroups[0].coveredResources: is missing: add the line "
                   "'coveredResources: [\"nvidia.com/gpu\"]' beside 'flavors'\n");
}

Test(inspection, tells_how_to_mend_resources_in_two_groups)
{
    expect_of_file("spec:\n"
                   "  resourceGroups:\n"
                   "  - coveredResources: [cpu, memory]\n"
                   "    flavors:\n"
                   "    - name: l4\n"
                   "      resources: [{name: cpu, nominalQuota: 16}, {name: memory, nominalQuota: "
                   "64Gi}]\n"
                   "  - coveredResources: [nvidia.com/gpu]\n"
                   "    flavors:\n"
                   "    - name: l4\n"
                   "      resources: [{name: nvidia.com/gpu, nominalQuota: 1}]\n",
                   "a.yaml:9:7: spec.resourceGroups[1].flavors[0]: flavor 'l4' is already in "
                   "spec.resourceGroups[0], and it may be in one group only: make them one group "
                   "with 'coveredResources: [\"cpu\", \"memory\", \"nvidia.com/gpu\"]', where each "
                   "flavor has a quota for all of these\n");
}

Test(inspection, tells_of_wrong_heads)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"kind: ResourceFlavor\nmetadata: {name: a}\n",
         "a.yaml:1:1: apiVersion: is missing: add the line 'apiVersion: "
         "kueue.x-k8s.io/v1beta1'\n"},
        {"apiVersion: kueue.x-k8s.io/v1beta3\nkind: ResourceFlavor\nmetadata: {name: a}\n",
         "a.yaml:1:1: apiVersion: unknown version 'kueue.x-k8s.io/v1beta3': kueue.x-k8s.io/v1beta1 "
         "and kueue.x-k8s.io/v1beta2 are known\n"},
        {"apiVersion: kueue.x-k8s.oi/v1beta1\nkind: ResourceFlavor\nmetadata: {name: a}\n",
         "a.yaml:1:1: apiVersion: unknown version 'kueue.x-k8s.oi/v1beta1': did you mean "
         "'kueue.x-k8s.io/v1beta1'?\n"},
        {"apiVersion: other.example/v1\nkind: ResourceFlavor\n", ""},
        {"apiVersion: scheduling.k8s.io/v1beta1\nkind: PriorityClass\nmetadata: {name: a}\nvalue: "
         "1\n",
         "a.yaml:1:1: apiVersion: unknown version 'scheduling.k8s.io/v1beta1': "
         "scheduling.k8s.io/v1 is known\n"},
        {"apiVersion: kueue.x-k8s.io/v1alpha1\nkind: Cohort\nmetadata: {name: a}\n",
         "a.yaml:1:1: apiVersion: unknown version 'kueue.x-k8s.io/v1alpha1': "
         "kueue.x-k8s.io/v1beta1 and kueue.x-k8s.io/v1beta2 are known\n"},
        {HEAD("ResourceFlavour"),
         "a.yaml:2:1: kind: unknown kind 'ResourceFlavour': did you mean 'ResourceFlavor'?\n"},
        {HEAD("Zebra"), "a.yaml:2:1: kind: unknown kind 'Zebra'\n"},
        {"apiVersion: kueue.x-k8s.io/v1beta1\nmetadata: {name: a}\nspec: {nodeLabels: {a: b}}\n",
         "a.yaml:1:1: kind: is missing: add the line 'kind: ResourceFlavor'\n"},
        {"apiVersion: kueue.x-k8s.io/v1beta1\nmetadata: {name: a}\n",
         "a.yaml:1:1: kind: is missing\n"},
        {"apiVersion: v1\nmetadata: {name: a}\n", ""},
        {"apiVersion: config.gpuaas.dev/v1alpha1\n",
         "a.yaml:1:1: kind: is missing: add the line 'kind: Configuration'\n"},
        {"apiVersion: config.gpuaas.dev/v1\nkind: Config\n",
         "a.yaml:1:1: apiVersion: must be 'config.gpuaas.dev/v1alpha1', not "
         "'config.gpuaas.dev/v1'\n"
         "a.yaml:2:1: kind: must be 'Configuration', not 'Config'\n"},
        {"kind: Configuration\n", "a.yaml:1:1: apiVersion: is missing: add the line 'apiVersion: "
                                  "config.gpuaas.dev/v1alpha1'\n"},
        {"apiVersion: config.kueue.x-k8s.io/v1beta1\nkind: Configuration\n", ""},
        {"resources: [a.yaml]\n", ""},
        {"just a text\n", ""},
        {"", ""},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect_of_file(cases[i].text, cases[i].expected);
    }
}

Test(inspection, looks_into_lists)
{
    expect_of_file("apiVersion: v1\n"
                   "kind: List\n"
                   "items:\n"
                   "- apiVersion: v1\n"
                   "  kind: Namespace\n"
                   "- apiVersion: kueue.x-k8s.io/v1beta1\n"
                   "  kind: ResourceFlavor\n"
                   "  metadata: {name: A}\n"
                   "- nodeLabels: {a: 1}\n",
                   "a.yaml:8:14: items[1].metadata.name: 'A' is no name: lower case letters, "
                   "digits, '-' and '.', at most 253, beginning and ending with a letter or digit\n"
                   "a.yaml:9:16: items[2].nodeLabels.a: must be a text (put it in quotes), not a "
                   "number\n");
}

Test(inspection, tells_where_a_file_cannot_be_read_and_goes_on)
{
    auto_inspection struct inspection inspection = {0};

    add_text(&inspection, "broken.yaml", "a: 1\na: 2\n");
    add_text(&inspection, "next.yaml", HEAD("ResourceFlavor") "metadata: {name: a}\nspecs: {}\n");
    expect_remarks(&inspection, "broken.yaml:2:1: duplicate key 'a'\n"
                                "next.yaml:4:1: specs: unknown field 'specs': did you mean "
                                "'spec'?\n");
}

Test(inspection, tells_of_resources_that_would_slip_by_the_webhook)
{
    expect_of_file(
        "apiVersion: config.gpuaas.dev/v1alpha1\n"
        "kind: Configuration\n"
        "managedResources:\n"
        "- nvidia.com/gpu\n"
        "- gpu\n",
        "a.yaml:5:3: managedResources[1]: 'gpu' has no '/': only extended resources such "
        "as 'nvidia.com/gpu' reach the webhook, anything else would slip by its "
        "matchConditions\n");
}

/* Whatever is cut off or altered, there is an answer. */
Test(inspection, takes_any_damaged_text)
{
    static const char whole[] =
        QUEUE("main", "l4") NEXT LOCAL_QUEUE("name: a, namespace: x, " DEFAULT, "main")
            NEXT FLAVOR("l4") NEXT COHORT("a", "parentName: a") NEXT
        "apiVersion: config.gpuaas.dev/v1alpha1\nkind: Configuration\nhttpThreads: 1\n";
    static const char nodes[] = "kind: Node\nmetadata: {name: a}\n";
    static const char damage[] = "\0[{}:-'1~\n";
    char text[sizeof whole];

    for (size_t cut = 0; cut < sizeof whole - 1; cut++) {
        for (size_t i = 0; i < sizeof damage - 1; i++) {
            auto_inspection struct inspection inspection = {0};
            memcpy(text, whole, sizeof whole);
            text[cut] = damage[i];
            inspection_add_text(&inspection, "a.yaml", text, sizeof whole - 1);
            inspection_add_nodes(&inspection, "nodes.yaml", nodes, sizeof nodes - 1);
            inspection_add_nodes(&inspection, "nodes.yaml", text, sizeof whole - 1);
            inspection_finish(&inspection);
        }
    }
}
