/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/cluster_queue.h"

#include <string.h>

#include "base/text.h"
#include "policy/objects/admission_check_rules.h"
#include "policy/objects/fair_weight.h"
#include "policy/objects/metadata.h"
#include "policy/objects/queue_options.h"
#include "policy/objects/resource_group.h"

static const char *const spec_fields[] = {
    "resourceGroups",
    "cohort",
    "cohortName",
    "queueingStrategy",
    "namespaceSelector",
    "flavorFungibility",
    "preemption",
    "admissionChecks",
    "admissionChecksStrategy",
    "stopPolicy",
    "fairSharing",
    "admissionScope",
    "concurrentAdmissionPolicy",
    NULL,
};

static const char *const fungibility_fields[] = {"whenCanBorrow", "whenCanPreempt", "preference",
                                                 NULL};
static const char *const preemption_fields[] = {"reclaimWithinCohort", "borrowWithinCohort",
                                                "withinClusterQueue", NULL};
static const char *const borrowing_fields[] = {"policy", "maxPriorityThreshold", NULL};

static const char *const queueing_strategies[] = {"BestEffortFIFO", "StrictFIFO", NULL};
static const char *const stop_policies[] = {"None", "Hold", "HoldAndDrain", NULL};

/* v1beta1's word for the first of them comes last. */
static const char *const borrow_choices[] = {"MayStopSearch", "TryNextFlavor", "Borrow", NULL};
static const char *const preempt_choices[] = {"MayStopSearch", "TryNextFlavor", "Preempt", NULL};
enum { TRY_NEXT_FLAVOR = 1 };
static const char *const preference_choices[] = {"BorrowingOverPreemption",
                                                 "PreemptionOverBorrowing", NULL};

/* The positions are those of enum preemption_policy. */
static const char *const within_choices[] = {"Never", "LowerPriority", "LowerOrNewerEqualPriority",
                                             NULL};
static const char *const borrowing_choices[] = {"Never", "LowerPriority", NULL};
static const char *const reclaim_choices[] = {"Never", "LowerPriority", "Any", NULL};
static const enum preemption_policy reclaim_policies[] = {
    PREEMPTION_NEVER, PREEMPTION_LOWER_PRIORITY, PREEMPTION_ANY};

/* The position of the choice. */
static int read_choice(const struct field *parent, const char *name, const char *const *choices,
                       int fallback)
{
    auto_field struct field field = field_get(parent, name);

    return field_choice(&field, choices, fallback);
}

/* v1beta1 calls it `cohort`, v1beta2 `cohortName`. */
static char *read_cohort(const struct field *root, const struct field *spec)
{
    auto_field struct field old_field = field_get(spec, "cohort");
    auto_field struct field new_field = field_get(spec, "cohortName");
    const char *version = json_string_value(json_object_get(root->value, "apiVersion"));
    const struct field *field = new_field.value != NULL ? &new_field : &old_field;

    if (old_field.value != NULL && text_ends_with(version, "/v1beta2")) {
        findings_add(spec->decoding->findings, FINDING_UNKNOWN_FIELD, old_field.path,
                     "unknown field 'cohort': v1beta2 calls it 'cohortName'");
    }
    if (new_field.value != NULL && text_ends_with(version, "/v1beta1")) {
        findings_add(spec->decoding->findings, FINDING_UNKNOWN_FIELD, new_field.path,
                     "unknown field 'cohortName': v1beta1 calls it 'cohort'");
    }
    return text_equal(json_string_value(field->value), "") || field->value == NULL
               ? NULL
               : memory_copy_text(field_required_name(field));
}

static void read_selector(const struct field *spec, struct label_selector *out_selector)
{
    auto_field struct field field = field_get(spec, "namespaceSelector");

    if (!label_selector_decode(field.value, field.path, field.decoding->findings, out_selector)) {
        field.decoding->has_mistake = true;
    }
}

static void read_fungibility(const struct field *spec, struct flavor_fungibility *out_fungibility)
{
    auto_field struct field field = field_get(spec, "flavorFungibility");
    auto_field struct field preference = field_get(&field, "preference");
    int when_borrowing = read_choice(&field, "whenCanBorrow", borrow_choices, 0);
    int when_preempting = read_choice(&field, "whenCanPreempt", preempt_choices, TRY_NEXT_FLAVOR);

    field_expect_names(&field, fungibility_fields);
    *out_fungibility = (struct flavor_fungibility){
        .may_stop_when_borrowing = when_borrowing != TRY_NEXT_FLAVOR,
        .may_stop_when_preempting = when_preempting != TRY_NEXT_FLAVOR,
        .prefers_preemption = field_choice(&preference, preference_choices, 0) != 0,
    };
    if (preference.value != NULL &&
        (out_fungibility->may_stop_when_borrowing || out_fungibility->may_stop_when_preempting)) {
        field_fault(&preference, "needs TryNextFlavor in both whenCanBorrow and whenCanPreempt: "
                                 "else the search ends before there is a choice");
    }
}

static void read_borrowing(const struct field *preemption, struct preemption_rules *rules)
{
    auto_field struct field borrowing = field_get(preemption, "borrowWithinCohort");
    auto_field struct field policy = field_get(&borrowing, "policy");
    auto_field struct field threshold = field_get(&borrowing, "maxPriorityThreshold");

    field_expect_names(&borrowing, borrowing_fields);
    rules->borrow_within_cohort =
        (enum preemption_policy)field_choice(&policy, borrowing_choices, 0);
    rules->has_priority_threshold = threshold.value != NULL;
    rules->max_priority_threshold = field_integer(&threshold, 0, INT32_MIN, INT32_MAX);
    if (rules->borrow_within_cohort != PREEMPTION_NEVER &&
        rules->reclaim_within_cohort == PREEMPTION_NEVER) {
        field_fault(&policy, "must be Never while reclaimWithinCohort is Never");
    }
}

static void read_preemption(const struct field *spec, struct preemption_rules *out_rules)
{
    auto_field struct field field = field_get(spec, "preemption");

    field_expect_names(&field, preemption_fields);
    out_rules->within_cluster_queue =
        (enum preemption_policy)read_choice(&field, "withinClusterQueue", within_choices, 0);
    out_rules->reclaim_within_cohort =
        reclaim_policies[read_choice(&field, "reclaimWithinCohort", reclaim_choices, 0)];
    read_borrowing(&field, out_rules);
}

static void read_spec(const struct field *root, struct cluster_queue *queue)
{
    auto_field struct field spec = field_get(root, "spec");

    field_expect_names(&spec, spec_fields);
    queue->cohort_name = read_cohort(root, &spec);
    queue->queueing_strategy =
        (enum queueing_strategy)read_choice(&spec, "queueingStrategy", queueing_strategies, 0);
    queue->stop_policy = (enum stop_policy)read_choice(&spec, "stopPolicy", stop_policies, 0);
    read_selector(&spec, &queue->namespace_selector);
    resource_group_list_read(&spec,
                             queue->cohort_name != NULL ? LIMITS_IN_COHORT : LIMITS_WITHOUT_COHORT,
                             &queue->resource_groups);
    read_fungibility(&spec, &queue->fungibility);
    read_preemption(&spec, &queue->preemption);
    admission_check_rules_read(&spec, &queue->resource_groups, &queue->admission_checks);
    queue->fair_weight_milli = fair_weight_read(&spec);
}

bool cluster_queue_decode(const json_t *object, struct findings *findings,
                          struct cluster_queue **out_queue)
{
    struct decoding decoding = {.findings = findings};
    auto_field struct field root = field_root(&decoding, object, "");
    auto_metadata struct metadata metadata = {0};
    struct cluster_queue *queue = memory_allocate(sizeof *queue);

    metadata_read(&root, &metadata);
    queue->name = take_pointer(&metadata.name);
    queue_options_read(&root, &queue->options);
    read_spec(&root, queue);
    if (decoding.has_mistake) {
        cluster_queue_destroy(queue);
        return false;
    }
    *out_queue = queue;
    return true;
}

void cluster_queue_destroy(struct cluster_queue *queue)
{
    if (queue == NULL) {
        return;
    }
    free(queue->name);
    free(queue->cohort_name);
    label_selector_release(&queue->namespace_selector);
    resource_group_list_release(&queue->resource_groups);
    admission_check_rules_release(&queue->admission_checks);
    free(queue);
}

const struct resource_group *cluster_queue_find_group(const struct cluster_queue *queue,
                                                      const char *resource)
{
    array_for_each(group, &queue->resource_groups) {
        array_for_each(name, &group->covered_resources) {
            if (strcmp(*name, resource) == 0) {
                return group;
            }
        }
    }
    return NULL;
}
