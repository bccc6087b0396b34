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

Test(cluster_queue, decodes_limits_of_borrowing_and_lending)
{
    struct cluster_queue *queue =
        decode("{metadata: {name: a}, spec: {cohort: c, resourceGroups: [{coveredResources: [cpu, "
               "nvidia.com/gpu], flavors: [{name: f, resources: [{name: cpu, nominalQuota: 4, "
               "borrowingLimit: 500m}, {name: nvidia.com/gpu, nominalQuota: 2, borrowingLimit: 0, "
               "lendingLimit: 2}]}]}]}}");
    const struct flavor_quota *quota = &queue->resource_groups.items[0].flavors.items[0];

    cr_assert_eq(resources_get(&quota->borrowing_limit, "cpu"), 500);
    cr_assert(resources_has(&quota->borrowing_limit, "nvidia.com/gpu"), "a limit of nothing");
    cr_assert_eq(resources_get(&quota->borrowing_limit, "nvidia.com/gpu"), 0);
    cr_assert_not(resources_has(&quota->lending_limit, "cpu"), "no limit");
    cr_assert_eq(resources_get(&quota->lending_limit, "nvidia.com/gpu"), 2);
    cluster_queue_destroy(queue);
}

#define SPEC(fields) "{metadata: {name: a}, spec: {" fields "}}"

Test(cluster_queue, decodes_both_vocabularies_of_fungibility)
{
    static const struct {
        const char *yaml;
        struct flavor_fungibility expected;
    } cases[] = {
        {SPEC(""), {true, false, false}},
        {SPEC("flavorFungibility: {}"), {true, false, false}},
        {SPEC("flavorFungibility: {whenCanBorrow: Borrow, whenCanPreempt: Preempt}"),
         {true, true, false}},
        {SPEC("flavorFungibility: {whenCanBorrow: MayStopSearch, whenCanPreempt: MayStopSearch}"),
         {true, true, false}},
        {SPEC("flavorFungibility: {whenCanBorrow: TryNextFlavor}"), {false, false, false}},
        {SPEC("flavorFungibility: {whenCanPreempt: Preempt}"), {true, true, false}},
        {SPEC("flavorFungibility: {whenCanBorrow: TryNextFlavor, preference: "
              "PreemptionOverBorrowing}"),
         {false, false, true}},
        {SPEC("flavorFungibility: {whenCanBorrow: TryNextFlavor, whenCanPreempt: TryNextFlavor, "
              "preference: BorrowingOverPreemption}"),
         {false, false, false}},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct cluster_queue *queue = decode(cases[i].yaml);
        const struct flavor_fungibility *found = &queue->fungibility;
        cr_assert_eq(found->may_stop_when_borrowing, cases[i].expected.may_stop_when_borrowing,
                     "%s", cases[i].yaml);
        cr_assert_eq(found->may_stop_when_preempting, cases[i].expected.may_stop_when_preempting,
                     "%s", cases[i].yaml);
        cr_assert_eq(found->prefers_preemption, cases[i].expected.prefers_preemption, "%s",
                     cases[i].yaml);
        cluster_queue_destroy(queue);
    }
}

Test(cluster_queue, decodes_every_policy_of_preemption)
{
    static const struct {
        const char *yaml;
        struct preemption_rules expected;
    } cases[] = {
        {SPEC(""), {PREEMPTION_NEVER, PREEMPTION_NEVER, PREEMPTION_NEVER, false, 0}},
        {SPEC("preemption: {withinClusterQueue: LowerPriority}"),
         {PREEMPTION_LOWER_PRIORITY, PREEMPTION_NEVER, PREEMPTION_NEVER, false, 0}},
        {SPEC("preemption: {withinClusterQueue: LowerOrNewerEqualPriority}"),
         {PREEMPTION_LOWER_OR_NEWER_EQUAL_PRIORITY, PREEMPTION_NEVER, PREEMPTION_NEVER, false, 0}},
        {SPEC("preemption: {reclaimWithinCohort: LowerPriority}"),
         {PREEMPTION_NEVER, PREEMPTION_LOWER_PRIORITY, PREEMPTION_NEVER, false, 0}},
        {SPEC("preemption: {reclaimWithinCohort: Any}"),
         {PREEMPTION_NEVER, PREEMPTION_ANY, PREEMPTION_NEVER, false, 0}},
        {SPEC("preemption: {reclaimWithinCohort: Any, borrowWithinCohort: {policy: "
              "LowerPriority}}"),
         {PREEMPTION_NEVER, PREEMPTION_ANY, PREEMPTION_LOWER_PRIORITY, false, 0}},
        {SPEC("preemption: {reclaimWithinCohort: Any, borrowWithinCohort: {policy: LowerPriority, "
              "maxPriorityThreshold: -5}}"),
         {PREEMPTION_NEVER, PREEMPTION_ANY, PREEMPTION_LOWER_PRIORITY, true, -5}},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct cluster_queue *queue = decode(cases[i].yaml);
        const struct preemption_rules *found = &queue->preemption;
        const struct preemption_rules *expected = &cases[i].expected;
        cr_assert_eq(found->within_cluster_queue, expected->within_cluster_queue, "%zu", i);
        cr_assert_eq(found->reclaim_within_cohort, expected->reclaim_within_cohort, "%zu", i);
        cr_assert_eq(found->borrow_within_cohort, expected->borrow_within_cohort, "%zu", i);
        cr_assert_eq(found->has_priority_threshold, expected->has_priority_threshold, "%zu", i);
        cr_assert_eq(found->max_priority_threshold, expected->max_priority_threshold, "%zu", i);
        cluster_queue_destroy(queue);
    }
}

Test(cluster_queue, decodes_both_ways_to_name_admission_checks)
{
    struct cluster_queue *plain = decode(SPEC("admissionChecks: [budget, capacity]"));
    struct cluster_queue *strategy = decode(
        SPEC("resourceGroups: [{coveredResources: [cpu], flavors: [{name: f, resources: [{name: "
             "cpu, nominalQuota: 1}]}]}], admissionChecksStrategy: {admissionChecks: [{name: "
             "budget}, {name: capacity, onFlavors: [f]}]}"));
    const struct cluster_queue *queues[] = {plain, strategy};

    for (size_t i = 0; i < ARRAY_LENGTH(queues); i++) {
        cr_assert_eq(queues[i]->admission_checks.count, 2);
        cr_assert_str_eq(queues[i]->admission_checks.items[0].name, "budget");
        cr_assert_str_eq(queues[i]->admission_checks.items[1].name, "capacity");
        cr_assert_eq(queues[i]->admission_checks.items[0].on_flavors.count, 0);
    }
    cr_assert_eq(plain->admission_checks.items[1].on_flavors.count, 0);
    cr_assert_eq(strategy->admission_checks.items[1].on_flavors.count, 1);
    cr_assert_str_eq(strategy->admission_checks.items[1].on_flavors.items[0], "f");
    cluster_queue_destroy(plain);
    cluster_queue_destroy(strategy);
}

Test(cluster_queue, decodes_weights_in_thousandths)
{
    static const struct {
        const char *yaml;
        int64_t milli;
    } cases[] = {
        {SPEC(""), 1000},
        {SPEC("fairSharing: {}"), 1000},
        {SPEC("fairSharing: {weight: 2}"), 2000},
        {SPEC("fairSharing: {weight: 0}"), 0},
        {SPEC("fairSharing: {weight: 0.75}"), 750},
        {SPEC("fairSharing: {weight: 250m}"), 250},
        {SPEC("fairSharing: {weight: 1u}"), 1}, /* rounded up: not nothing */
        {SPEC("fairSharing: {weight: 1000000}"), 1000000000},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct cluster_queue *queue = decode(cases[i].yaml);
        cr_assert_eq(queue->fair_weight_milli, cases[i].milli, "%s", cases[i].yaml);
        cluster_queue_destroy(queue);
    }
}

Test(cluster_queue, decodes_its_options)
{
    struct cluster_queue *queue =
        decode("{metadata: {name: a, annotations: {gpuaas.dev/backfill: 'true', "
               "gpuaas.dev/minimum-runtime: 15m}}}");

    cr_assert_eq(queue->options.node_places, SWITCH_DEFAULT);
    cr_assert_eq(queue->options.backfill, SWITCH_ON);
    cr_assert_eq(queue->options.minimum_runtime_seconds, 900);
    cr_assert_eq(queue->options.max_gpus_per_user, -1);
    cluster_queue_destroy(queue);
}

#define GROUPS(groups) "{metadata: {name: a}, spec: {resourceGroups: " groups "}}"
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
    {SPEC("admissionChecks: [a, a]"), "spec.admissionChecks[1]", "'a' is listed twice"},
    {SPEC("admissionChecks: [5]"), "spec.admissionChecks[0]", "in quotes"},
    {SPEC("admissionChecks: ['']"), "spec.admissionChecks[0]", "is empty"},
    {SPEC("admissionChecksStrategy: {admissionChecks: [{}]}"),
     "spec.admissionChecksStrategy.admissionChecks[0].name", "is missing"},
    {SPEC("admissionChecksStrategy: {admissionChecks: [a]}"),
     "spec.admissionChecksStrategy.admissionChecks[0]", "must be an object, not a text"},
    {SPEC("resourceGroups: [{coveredResources: [cpu], flavors: [{name: l4, resources: [{name: cpu, "
          "nominalQuota: 1}]}]}], admissionChecksStrategy: {admissionChecks: [{name: a, onFlavors: "
          "[l5]}]}"),
     "spec.admissionChecksStrategy.admissionChecks[0].onFlavors[0]",
     "'l5' is no flavor of this queue: did you mean 'l4'?"},
    {SPEC("flavorFungibility: {preference: BorrowingOverPreemption}"),
     "spec.flavorFungibility.preference", "needs TryNextFlavor in both"},
    {SPEC("flavorFungibility: {whenCanBorrow: TryNextFlavor, whenCanPreempt: Preempt, preference: "
          "PreemptionOverBorrowing}"),
     "spec.flavorFungibility.preference", "needs TryNextFlavor in both"},
    {SPEC("preemption: {reclaimWithinCohort: Any, borrowWithinCohort: {policy: Any}}"),
     "spec.preemption.borrowWithinCohort.policy", "must be Never or LowerPriority"},
    {SPEC("preemption: {borrowWithinCohort: {maxPriorityThreshold: 2147483648}}"),
     "spec.preemption.borrowWithinCohort.maxPriorityThreshold", "must be from -2147483648"},
    {SPEC("fairSharing: {weight: -1}"), "spec.fairSharing.weight", "'-1' is negative"},
    {SPEC("fairSharing: {weight: 1000001}"), "spec.fairSharing.weight", "at most 1000000"},
    {SPEC("fairSharing: {weight: heavy}"), "spec.fairSharing.weight", "is no quantity"},
    {"{metadata: {name: a, annotations: {gpuaas.dev/backfill: 'on'}}}",
     "metadata.annotations[gpuaas.dev/backfill]", "must be \"true\" or \"false\""},
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
