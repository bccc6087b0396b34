/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/workload_object.h"

#include <criterion/criterion.h>

#include "tests/unit/policy/yaml_text.h"

static struct workload_object *decode(const char *yaml)
{
    json_auto_t *json = yaml_text(yaml);
    struct workload_object *object = NULL;
    struct error error;

    cr_assert(workload_object_decode(json, &object, &error), "%s", error.message);
    return object;
}

Test(workload_object, is_read_as_it_is_stored)
{
    struct workload_object *object = decode(
        "{metadata: {name: w, uid: u, namespace: team, resourceVersion: \"9\", annotations: "
        "{gpuaas.dev/arrival: \"42\"}, ownerReferences: [{kind: Job, name: j, uid: owner, "
        "controller: true}]}, spec: {queueName: q, active: false, podSets: [{name: main, count: 3, "
        "template: {spec: {containers: [{name: a, resources: {requests: {nvidia.com/gpu: "
        "\"2\"}}}]}}}]}, status: {admission: {clusterQueue: main, podSetAssignments: [{name: main, "
        "count: 3, flavors: {nvidia.com/gpu: a100}, resourceUsage: {nvidia.com/gpu: \"6\"}}]}, "
        "conditions: [{type: Admitted, status: \"True\", reason: r, message: m, "
        "lastTransitionTime: \"2026-01-01T00:00:00Z\"}]}}");

    cr_expect_eq(object->resource_version, 9);
    cr_expect_str_eq(object->owner_uid, "owner");
    cr_expect_str_eq(object->queue_name, "q");
    cr_expect_eq(object->arrival_us, 42);
    cr_expect_not(object->is_active);
    cr_expect_eq(object->pod_sets.items[0].count, 3);
    cr_expect_eq(object->admission->pod_sets.items[0].assignments.items[0].amount, 2);
    const struct condition *condition = condition_list_find(&object->conditions, "Admitted");
    cr_assert_not_null(condition);
    cr_expect(condition->is_true);
    cr_expect_eq(condition->changed_us, 1767225600000000);
    workload_object_destroy(object);
}

Test(workload_object, is_active_and_without_admission_unless_it_says_otherwise)
{
    static const char *const objects[] = {
        "{metadata: {name: w, uid: u}}",
        "{metadata: {name: w, uid: u}, status: {admission: null}}",
        "{metadata: {name: w, uid: u}, status: {admission: {podSetAssignments: []}}}",
        "{metadata: {name: w, uid: u}, status: {admission: {clusterQueue: 7}}}",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(objects); i++) {
        struct workload_object *object = decode(objects[i]);
        cr_expect(object->is_active);
        cr_expect_null(object->admission);
        cr_expect_null(object->owner_uid);
        workload_object_destroy(object);
    }
}

Test(workload_object, says_what_happened_to_it_before)
{
    struct workload_object *object = decode(
        "{metadata: {name: w, uid: u, generation: 4}, spec: {priority: 7, priorityClassName: high, "
        "priorityClassSource: kueue.x-k8s.io/workloadpriorityclass, maximumExecutionTimeSeconds: "
        "60, podSets: [{name: main, count: 3, minCount: 2, template: {spec: {containers: []}}}]}, "
        "status: {accumulatedPastExexcutionTimeSeconds: 5, requeueState: {count: 2, requeueAt: "
        "\"2026-01-01T00:00:00Z\"}, admissionChecks: [{name: budget, state: Ready, message: ok, "
        "lastTransitionTime: \"2026-01-01T00:00:00Z\"}]}}");

    cr_expect_eq(object->generation, 4);
    cr_expect_eq(object->priority, 7);
    cr_expect_str_eq(object->priority_class, "high");
    cr_expect_str_eq(object->priority_class_source, PRIORITY_SOURCE_WORKLOAD);
    cr_expect_eq(object->maximum_execution_seconds, 60);
    cr_expect_eq(object->pod_sets.items[0].min_count, 2);
    cr_expect_eq(object->past_execution_seconds, 5);
    cr_expect_eq(object->requeue_count, 2);
    cr_expect_eq(object->requeue_at_us, 1767225600000000);
    cr_expect(check_status_list_all_ready(&object->checks));
    workload_object_destroy(object);
}
