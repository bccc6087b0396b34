/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "policy/objects/cluster_queue.h"
#include "tests/unit/policy/objects/mistakes.h"
#include "tests/unit/policy/yaml_text.h"

static struct cluster_queue *decode(const char *yaml)
{
    json_auto_t *value = yaml_text(yaml);
    auto_findings struct findings findings = {0};
    struct cluster_queue *queue = NULL;

    cr_assert(cluster_queue_decode(value, &findings, &queue), "%s", print_findings(&findings));
    cr_assert_eq(findings.count, 0, "%s", print_findings(&findings));
    return queue;
}

Test(cluster_queue, decodes_the_main_queue)
{
    struct cluster_queue *queue =
        decode("apiVersion: kueue.x-k8s.io/v1beta1\n"
               "kind: ClusterQueue\n"
               "metadata: {name: rhoai-main-queue}\n"
               "spec:\n"
               "  namespaceSelector: {matchLabels: {kueue.openshift.io/managed: \"true\"}}\n"
               "  queueingStrategy: StrictFIFO\n"
               "  preemption: {withinClusterQueue: Never, reclaimWithinCohort: Never}\n"
               "  resourceGroups:\n"
               "  - coveredResources: [cpu, memory, nvidia.com/gpu]\n"
               "    flavors:\n"
               "    - name: nvidia-l4-1gpu\n"
               "      resources:\n"
               "      - {name: cpu, nominalQuota: 16}\n"
               "      - {name: memory, nominalQuota: 64Gi}\n"
               "      - {name: nvidia.com/gpu, nominalQuota: 1}\n"
               "    - name: nvidia-l4-4gpu\n"
               "      resources:\n"
               "      - {name: cpu, nominalQuota: 48}\n"
               "      - {name: memory, nominalQuota: 192Gi}\n"
               "      - {name: nvidia.com/gpu, nominalQuota: \"4\"}\n");

    cr_assert_str_eq(queue->name, "rhoai-main-queue");
    cr_assert_null(queue->cohort_name);
    cr_assert_eq(queue->queueing_strategy, QUEUEING_STRICT_FIFO);
    cr_assert_eq(queue->stop_policy, STOP_NONE);
    cr_assert(queue->namespace_selector.is_present);
    cr_assert_eq(queue->resource_groups.count, 1);
    const struct resource_group *group = cluster_queue_find_group(queue, "nvidia.com/gpu");
    cr_assert_eq(group, &queue->resource_groups.items[0]);
    cr_assert_eq(group->covered_resources.count, 3);
    cr_assert_eq(group->flavors.count, 2);
    cr_assert_str_eq(group->flavors.items[1].flavor, "nvidia-l4-4gpu");
    cr_assert_eq(resources_get(&group->flavors.items[0].nominal, "cpu"), 16000);
    cr_assert_eq(resources_get(&group->flavors.items[1].nominal, "nvidia.com/gpu"), 4);
    cr_assert_null(cluster_queue_find_group(queue, "amd.com/gpu"));
    cluster_queue_destroy(queue);
    cluster_queue_destroy(NULL);
}

Test(cluster_queue, takes_both_versions_of_the_cohort)
{
    static const char *const texts[] = {
        "{apiVersion: kueue.x-k8s.io/v1beta1, metadata: {name: a}, spec: {cohort: lab}}",
        "{apiVersion: kueue.x-k8s.io/v1beta2, metadata: {name: a}, spec: {cohortName: lab}}",
        "{metadata: {name: a}, spec: {cohortName: lab}}",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        struct cluster_queue *queue = decode(texts[i]);
        cr_assert_str_eq(queue->cohort_name, "lab");
        cr_assert_eq(queue->queueing_strategy, QUEUEING_BEST_EFFORT_FIFO);
        cr_assert_not(queue->namespace_selector.is_present);
        cluster_queue_destroy(queue);
    }
    struct cluster_queue *queue = decode("{metadata: {name: a}, spec: {cohort: ''}}");
    cr_assert_null(queue->cohort_name);
    cluster_queue_destroy(queue);
}

#define GROUPS(groups) "{metadata: {name: a}, spec: {resourceGroups: " groups "}}"
#define SPEC(fields) "{metadata: {name: a}, spec: {" fields "}}"
#define QUOTA(quota)                                                                               \
    GROUPS("[{coveredResources: [nvidia.com/gpu], flavors: [{name: f, resources: [" quota "]}]}]")

static const struct {
    const char *yaml;
    const char *path;
    const char *words;
} mistakes[] = {
    {GROUPS("[{flavors: [{name: f, resources: [{name: nvidia.com/gpu, nominalQuota: 1}]}, {name: "
            "g, resources: [{name: cpu, nominalQuota: 1}]}]}]"),
     "spec.resourceGroups[0].coveredResources",
     "add the line 'coveredResources: [\"nvidia.com/gpu\", \"cpu\"]' beside 'flavors'"},
    {GROUPS("[{}]"), "spec.resourceGroups[0].coveredResources", "is missing"},
    {GROUPS("[{}]"), "spec.resourceGroups[0].flavors", "is missing"},
    {GROUPS("{}"), "spec.resourceGroups", "must be a list, not an object"},
    {GROUPS("[x]"), "spec.resourceGroups[0]", "must be an object"},
    {GROUPS("[{coveredResources: [cpu, cpu], flavors: []}]"),
     "spec.resourceGroups[0].coveredResources[1]", "'cpu' is listed twice"},
    {GROUPS("[{coveredResources: ['c p u']}]"), "spec.resourceGroups[0].coveredResources[0]",
     "'c p u' is no resource name"},
    {GROUPS("[{coveredResources: [cpu, memory], flavors: [{name: f, resources: [{name: memory, "
            "nominalQuota: 1}, {name: cpu, nominalQuota: 1}]}]}]"),
     "spec.resourceGroups[0].flavors[0].resources[0]",
     "'memory' is out of order: list the resources as coveredResources does: [\"cpu\", "
     "\"memory\"]"},
    {GROUPS("[{coveredResources: [cpu, memory], flavors: [{name: f, resources: [{name: memory, "
            "nominalQuota: 1}]}]}]"),
     "spec.resourceGroups[0].flavors[0].resources", "flavor 'f' has no quota for 'cpu'"},
    {QUOTA("{name: nvidia.com/gpu, nominalQuota: 1}, {name: cpu, nominalQuota: 1}"),
     "spec.resourceGroups[0].flavors[0].resources", "'cpu' is not in coveredResources"},
    {QUOTA("{name: nvidia.com/gpu, nominalQuota: 1}, {name: nvidia.com/gpu, nominalQuota: 1}"),
     "spec.resourceGroups[0].flavors[0].resources[1].name", "'nvidia.com/gpu' is listed twice"},
    {QUOTA("{name: nvidia.com/gpu}"), "spec.resourceGroups[0].flavors[0].resources[0].nominalQuota",
     "is missing"},
    {QUOTA("{nominalQuota: 1}"), "spec.resourceGroups[0].flavors[0].resources[0].name",
     "is missing"},
    {QUOTA("{name: nvidia.com/gpu, nominalQuota: 0.5}"),
     "spec.resourceGroups[0].flavors[0].resources[0].nominalQuota", "'0.5' is a fraction"},
    {QUOTA("{name: nvidia.com/gpu, nominalQuota: -1}"),
     "spec.resourceGroups[0].flavors[0].resources[0].nominalQuota", "'-1' is negative"},
    {QUOTA("{name: nvidia.com/gpu, nominalQuota: 9223372036854775808}"),
     "spec.resourceGroups[0].flavors[0].resources[0].nominalQuota", "is too large"},
    {QUOTA("{name: nvidia.com/gpu, nominalQuota: 1, borrowingLimit: 1}"),
     "spec.resourceGroups[0].flavors[0].resources[0].borrowingLimit", "needs a cohort"},
    {SPEC("cohort: c, resourceGroups: [{coveredResources: [cpu], flavors: [{name: f, resources: "
          "[{name: cpu, nominalQuota: 1, lendingLimit: 2}]}]}]"),
     "spec.resourceGroups[0].flavors[0].resources[0].lendingLimit", "is more than nominalQuota"},
    {QUOTA(""), "spec.resourceGroups[0].flavors[0].resources", "is missing"},
    {GROUPS("[{coveredResources: [cpu], flavors: [{name: f, resources: [{name: cpu, nominalQuota: "
            "1}]}, {name: f, resources: [{name: cpu, nominalQuota: 1}]}]}]"),
     "spec.resourceGroups[0].flavors[1].name", "flavor 'f' is in this group twice"},
    {GROUPS("[{coveredResources: [cpu], flavors: [{resources: [{name: cpu, nominalQuota: 1}]}]}]"),
     "spec.resourceGroups[0].flavors[0].name", "is missing"},
    {GROUPS("[{coveredResources: [cpu, memory], flavors: [{name: f, resources: [{name: cpu, "
            "nominalQuota: 1}, {name: memory, nominalQuota: 1}]}]}, {coveredResources: "
            "[nvidia.com/gpu, cpu], flavors: [{name: g, resources: [{name: nvidia.com/gpu, "
            "nominalQuota: 1}, {name: cpu, nominalQuota: 1}]}]}]"),
     "spec.resourceGroups[1].coveredResources[1]",
     "resource 'cpu' is already in spec.resourceGroups[0], and it may be in one group only: make "
     "them one group with 'coveredResources: [\"cpu\", \"memory\", \"nvidia.com/gpu\"]'"},
    {GROUPS("[{coveredResources: [cpu], flavors: [{name: f, resources: [{name: cpu, nominalQuota: "
            "1}]}]}, {coveredResources: [nvidia.com/gpu], flavors: [{name: f, resources: [{name: "
            "nvidia.com/gpu, nominalQuota: 1}]}]}]"),
     "spec.resourceGroups[1].flavors[0]",
     "flavor 'f' is already in spec.resourceGroups[0], and it may be in one group only: make them "
     "one group with 'coveredResources: [\"cpu\", \"nvidia.com/gpu\"]'"},
    {SPEC("queueingStrategy: FIFO"), "spec.queueingStrategy",
     "must be BestEffortFIFO or StrictFIFO, not 'FIFO'"},
    {SPEC("stopPolicy: hold"), "spec.stopPolicy", "did you mean 'Hold'"},
    {SPEC("cohort: A_B"), "spec.cohort", "'A_B' is no name"},
    {SPEC("cohort: 5"), "spec.cohort", "put it in quotes"},
    {SPEC("namespaceSelector: x"), "spec.namespaceSelector", "must be an object"},
    {SPEC("flavorFungibility: {whenCanBorrow: Never}"), "spec.flavorFungibility.whenCanBorrow",
     "must be MayStopSearch, TryNextFlavor or Borrow"},
    {SPEC("preemption: {withinClusterQueue: Any}"), "spec.preemption.withinClusterQueue",
     "must be Never, LowerPriority or LowerOrNewerEqualPriority"},
    {SPEC("preemption: {borrowWithinCohort: {policy: LowerPriority}}"),
     "spec.preemption.borrowWithinCohort.policy", "must be Never while reclaimWithinCohort is"},
    {SPEC("admissionChecks: [a], admissionChecksStrategy: {}"), "spec.admissionChecksStrategy",
     "keep one of the two"},
};

Test(cluster_queue, tells_of_mistakes)
{
    for (size_t i = 0; i < ARRAY_LENGTH(mistakes); i++) {
        auto_findings struct findings findings = {0};
        struct cluster_queue *queue = NULL;
        json_auto_t *value = yaml_text(mistakes[i].yaml);
        cr_assert_not(cluster_queue_decode(value, &findings, &queue), "%s", mistakes[i].yaml);
        cr_assert(has_finding(&findings, mistakes[i].path, mistakes[i].words), "%s%s",
                  mistakes[i].yaml, print_findings(&findings));
        cr_assert_null(queue);
    }
}

Test(cluster_queue, tells_of_all_mistakes_at_once)
{
    json_auto_t *value =
        yaml_text("{metadata: {}, spec: {stopPolicy: x, resourceGroups: [{flavors: "
                  "[{resources: [{name: cpu, nominalQuota: -1}]}]}]}}");
    auto_findings struct findings findings = {0};
    struct cluster_queue *queue = NULL;

    cr_assert_not(cluster_queue_decode(value, &findings, &queue));
    cr_assert_eq(findings.count, 5, "%s", print_findings(&findings));
}

Test(cluster_queue, bounds_its_lists)
{
    auto_text struct text text = {0};
    auto_findings struct findings findings = {0};
    struct cluster_queue *queue = NULL;

    text_append(&text, "{metadata: {name: a}, spec: {resourceGroups: [");
    for (int group = 0; group < 17; group++) {
        text_append_format(&text, "%s{coveredResources: [", group > 0 ? ", " : "");
        for (int i = 0; i < 65; i++) {
            text_append_format(&text, "%sr%d-%d", i > 0 ? ", " : "", group, i);
        }
        text_append(&text, "]}");
    }
    text_append(&text, "]}}");
    json_auto_t *value = yaml_text(text.bytes);
    cr_assert_not(cluster_queue_decode(value, &findings, &queue));
    cr_assert(has_finding(&findings, "spec.resourceGroups", "has 17 items, and at most 16"));
    cr_assert(has_finding(&findings, "spec.resourceGroups", "and 1024 resources, and at most 256"));
    cr_assert(has_finding(&findings, "spec.resourceGroups[3].coveredResources",
                          "has 65 items, and at most 64"));
}

Test(cluster_queue, tells_of_unknown_fields_and_decodes)
{
    json_auto_t *value =
        yaml_text("{apiVersion: kueue.x-k8s.io/v1beta2, metadata: {name: a}, spec: {cohort: c, "
                  "preemtion: {}, resourceGroups: [{coveredResource: [], coveredResources: [cpu], "
                  "flavors: [{name: f, resource: 1, resources: [{name: cpu, nominalQuota: 1, "
                  "quota: 1}]}]}]}}");
    auto_findings struct findings findings = {0};
    struct cluster_queue *queue = NULL;

    cr_assert(cluster_queue_decode(value, &findings, &queue), "%s", print_findings(&findings));
    cr_assert(has_finding(&findings, "spec.cohort", "v1beta2 calls it 'cohortName'"));
    cr_assert(has_finding(&findings, "spec.preemtion", "did you mean 'preemption'"));
    cr_assert(has_finding(&findings, "spec.resourceGroups[0].coveredResource",
                          "did you mean 'coveredResources'"));
    cr_assert(has_finding(&findings, "spec.resourceGroups[0].flavors[0].resource",
                          "did you mean 'resources'"));
    cr_assert(has_finding(&findings, "spec.resourceGroups[0].flavors[0].resources[0].quota",
                          "unknown field 'quota'"));
    cluster_queue_destroy(queue);
}
