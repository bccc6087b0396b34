/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/text.h"
#include "policy/rules/inspection.h"

/* The mistakes as `check` prints them, a line each. */
static char *format_mistakes(const struct inspection *inspection)
{
    struct text text = {0};

    array_for_each(mistake, &inspection->mistakes) {
        text_append_format(&text, "%s:%d:%d: %s\n", mistake->file, mistake->position.line,
                           mistake->position.column, mistake->message);
    }
    return text_take(&text);
}

static void add(struct inspection *inspection, const char *file, const char *text)
{
    inspection_add_text(inspection, file, text, strlen(text));
}

static void expect_mistakes(struct inspection *inspection, const char *expected)
{
    inspection_finish(inspection);
    auto_free char *found = format_mistakes(inspection);
    cr_assert_str_eq(found, expected);
}

static void expect_of_file(const char *text, const char *expected)
{
    auto_inspection struct inspection inspection = {0};

    add(&inspection, "a.yaml", text);
    expect_mistakes(&inspection, expected);
}

#define HEAD(kind) "apiVersion: kueue.x-k8s.io/v1beta1\nkind: " kind "\n"
#define FLAVOR(name) HEAD("ResourceFlavor") "metadata: {name: " name "}\n"
#define QUEUE(name, flavor)                                                                        \
    HEAD("ClusterQueue")                                                                           \
    "metadata: {name: " name "}\n"                                                                 \
    "spec:\n"                                                                                      \
    "  resourceGroups:\n"                                                                          \
    "  - coveredResources: [nvidia.com/gpu]\n"                                                     \
    "    flavors: [{name: " flavor ", resources: [{name: nvidia.com/gpu, nominalQuota: 1}]}]\n"
#define LOCAL_QUEUE(metadata, cluster_queue)                                                       \
    HEAD("LocalQueue") "metadata: {" metadata "}\nspec: {clusterQueue: " cluster_queue "}\n"
#define NEXT "---\n"

Test(inspection, finds_nothing_wrong_with_a_whole_set)
{
    auto_inspection struct inspection inspection = {0};

    add(&inspection, "flavors.yaml", FLAVOR("l4") NEXT FLAVOR("a100"));
    add(&inspection, "queues.yaml",
        LOCAL_QUEUE("name: q, namespace: team", "main") NEXT QUEUE("main", "l4"));
    add(&inspection, "other.yaml",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n" NEXT
        "apiVersion: config.gpuaas.dev/v1alpha1\nkind: Configuration\n" NEXT
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a]\n" NEXT
        "- op: add\n" NEXT HEAD("Workload"));
    expect_mistakes(&inspection, "");
    cr_assert_eq(inspection.counts[INSPECTION_RESOURCE_FLAVOR], 2);
    cr_assert_eq(inspection.counts[INSPECTION_CLUSTER_QUEUE], 1);
    cr_assert_eq(inspection.counts[INSPECTION_LOCAL_QUEUE], 1);
    cr_assert_eq(inspection.counts[INSPECTION_CONFIGURATION], 1);
    cr_assert_eq(inspection.skipped_count, 4);
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

Test(inspection, tells_of_what_is_not_there)
{
    expect_of_file(FLAVOR("l4") NEXT QUEUE("main", "l5")
                       NEXT LOCAL_QUEUE("name: q, namespace: team", "mian")
                           NEXT LOCAL_QUEUE("name: r, namespace: team", "elsewhere"),
                   "a.yaml:11:16: spec.resourceGroups[0].flavors[0].name: there is no "
                   "ResourceFlavor 'l5' in these files: did you mean 'l4'?\n"
                   "a.yaml:16:8: spec.clusterQueue: there is no ClusterQueue 'mian' in these "
                   "files: did you mean 'main'?\n"
                   "a.yaml:21:8: spec.clusterQueue: there is no ClusterQueue 'elsewhere' in these "
                   "files: add it, or check its file as well\n");
}

Test(inspection, takes_flavors_to_be_elsewhere_where_no_file_has_any)
{
    expect_of_file(QUEUE("main", "l5"), "");
}

Test(inspection, takes_an_object_with_mistakes_for_present)
{
    expect_of_file(
        HEAD("ClusterQueue") "metadata: {name: main}\nspec: {stopPolicy: x}\n" NEXT LOCAL_QUEUE(
            "name: q", "main"),
        "a.yaml:4:8: spec.stopPolicy: must be None, Hold or HoldAndDrain, not 'x'\n");
}

#define DEFAULT "annotations: {kueue.x-k8s.io/default-queue: \"true\"}"

Test(inspection, tells_of_two_defaults_in_a_namespace)
{
    auto_inspection struct inspection inspection = {0};

    add(&inspection, "a.yaml",
        QUEUE("main", "l4") NEXT LOCAL_QUEUE("name: a, namespace: x, " DEFAULT, "main")
            NEXT LOCAL_QUEUE("name: b, namespace: y, " DEFAULT, "main"));
    add(&inspection, "b.yaml",
        LOCAL_QUEUE("name: c, namespace: x, " DEFAULT, "main")
            NEXT LOCAL_QUEUE("name: d, namespace: x", "main")
                NEXT LOCAL_QUEUE("name: a, namespace: x, " DEFAULT, "main"));
    expect_mistakes(&inspection,
                    "b.yaml:3:49: metadata.annotations[kueue.x-k8s.io/default-queue]: LocalQueue "
                    "'a' already is the default of this namespace: keep the annotation on one of "
                    "them\n"
                    "b.yaml:13:49: metadata.annotations[kueue.x-k8s.io/default-queue]: LocalQueue "
                    "'c' already is the default of this namespace: keep the annotation on one of "
                    "them\n");
}

Test(inspection, compares_queues_without_namespace_within_one_file)
{
    auto_inspection struct inspection inspection = {0};

    add(&inspection, "a.yaml", QUEUE("main", "l4") NEXT LOCAL_QUEUE("name: a, " DEFAULT, "main"));
    add(&inspection, "b.yaml", LOCAL_QUEUE("name: b, " DEFAULT, "main"));
    expect_mistakes(&inspection, "");
}

Test(inspection, tells_of_an_object_that_is_there_twice)
{
    auto_inspection struct inspection inspection = {0};

    add(&inspection, "a.yaml", FLAVOR("l4") NEXT FLAVOR("l4"));
    add(&inspection, "overlay.yaml", FLAVOR("l4"));
    expect_mistakes(&inspection,
                    "a.yaml:7:12: metadata.name: ResourceFlavor 'l4' is in this file twice\n");
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

    add(&inspection, "broken.yaml", "a: 1\na: 2\n");
    add(&inspection, "next.yaml", HEAD("ResourceFlavor") "metadata: {name: a}\nspecs: {}\n");
    expect_mistakes(&inspection, "broken.yaml:2:1: duplicate key 'a'\n"
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
        QUEUE("main", "l4") NEXT LOCAL_QUEUE("name: a, namespace: x, " DEFAULT, "main") NEXT
        "apiVersion: config.gpuaas.dev/v1alpha1\nkind: Configuration\nhttpThreads: 1\n";
    static const char damage[] = "\0[{}:-'1~\n";
    char text[sizeof whole];

    for (size_t cut = 0; cut < sizeof whole - 1; cut++) {
        for (size_t i = 0; i < sizeof damage - 1; i++) {
            auto_inspection struct inspection inspection = {0};
            memcpy(text, whole, sizeof whole);
            text[cut] = damage[i];
            inspection_add_text(&inspection, "a.yaml", text, sizeof whole - 1);
            inspection_finish(&inspection);
        }
    }
}
