/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/eviction_decision.h"

#include "policy/rules/eviction.h"
#include "tests/unit/companion/record_text.h"

static const struct pods_ready_rules no_timeouts = {.backoff_limit_count = -1};
static const struct pods_ready_rules timeouts = {
    .is_enabled = true,
    .timeout_seconds = 300,
    .recovery_timeout_seconds = 60,
    .backoff_base_seconds = 60,
    .backoff_max_seconds = 3600,
    .backoff_limit_count = 2,
};

/* A running Pod with this record. */
static struct workload *put_workload(struct scene *scene, const char *spec, const char *status)
{
    scene_init(scene, "StrictFIFO", 8, 8);
    scene_put_pod(scene, &(struct subject){.name = "pod", .gpus = 1, .holds_as = "pod"});
    put_record(scene, "pod", spec, status);
    scene_refresh(scene);
    return scene_workload(scene, "pod");
}

#define CHECKS(state) "admissionChecks: [{name: budget, state: " state "}], "

Test(eviction_decision, is_told_with_its_reason)
{
    static const struct {
        const char *what;
        const struct pods_ready_rules *rules;
        const char *spec;
        const char *status;
        int64_t after_s;
        const char *expected; /* what is added to what was there */
        int64_t requeue_count;
    } cases[] = {
        {"nothing", &no_timeouts, "", HOLDS, 99999, "", 0},
        {"made inactive", &no_timeouts, ", active: false", HOLDS, 1, " Evicted:Deactivated", 0},
        {"a check says again", &no_timeouts, "", CHECKS("Retry") HOLDS, 1,
         " Evicted:AdmissionCheck", 1},
        {"a check says no", &no_timeouts, "", CHECKS("Rejected") HOLDS, 1,
         " DeactivationTarget:AdmissionCheck", 0},
        {"its time is over", &no_timeouts, ", maximumExecutionTimeSeconds: 60", HOLDS, 60,
         " DeactivationTarget:MaximumExecutionTimeExceeded", 0},
        {"its time is not over", &no_timeouts, ", maximumExecutionTimeSeconds: 60", HOLDS, 59, "",
         0},
        {"its time was used before", &no_timeouts, ", maximumExecutionTimeSeconds: 60",
         "accumulatedPastExexcutionTimeSeconds: 10, " HOLDS, 50,
         " DeactivationTarget:MaximumExecutionTimeExceeded", 0},
        {"not ready in time", &timeouts, "", HOLDS, 300, " Evicted:PodsReadyTimeout", 1},
        {"not ready yet", &timeouts, "", HOLDS, 299, "", 0},
        {"never ready", &timeouts, "", "requeueState: {count: 2}, " HOLDS, 300,
         " DeactivationTarget:RequeuingLimitExceeded", 2},
        {"lost for too long", &timeouts, "",
         HOLDS_AND(CONDITION("PodsReady", "False", "WaitForRecovery", "")), 60,
         " !PodsReady:WaitForRecovery Evicted:PodsReadyTimeout", 1},
        {"lost of late", &timeouts, "",
         HOLDS_AND(CONDITION("PodsReady", "False", "WaitForRecovery", "")), 59,
         " !PodsReady:WaitForRecovery", 0},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        auto_record_status struct record_status status;
        auto_free char *expected =
            text_format("QuotaReserved:QuotaReserved Admitted:Admitted%s", cases[i].expected);
        const struct workload *workload = put_workload(&scene, cases[i].spec, cases[i].status);
        record_status_init(&status, workload->record);
        eviction_decide(cases[i].rules, workload, THEN_US + cases[i].after_s * SECOND_US, &status);
        expect_conditions(&status, expected, cases[i].what);
        cr_expect_eq(status.requeue_count, cases[i].requeue_count, "%s", cases[i].what);
        cr_expect_not_null(status.admission, "%s", cases[i].what);
    }
}

Test(eviction_decision, looks_at_both_queues)
{
    static const struct {
        const char *local_queue;
        const char *cluster_queue;
        const char *expected;
    } cases[] = {
        {"Hold", "Hold", NULL},
        {"HoldAndDrain", "None", "LocalQueueStopped"},
        {"None", "HoldAndDrain", "ClusterQueueStopped"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        auto_record_status struct record_status status;
        auto_free char *local_queue = text_format(
            "{metadata: {name: research, namespace: team, uid: research, generation: 9}, "
            "spec: "
            "{clusterQueue: main, stopPolicy: %s}}",
            cases[i].local_queue);
        auto_free char *cluster_queue = text_format(
            "{metadata: {name: main, uid: main, generation: 9}, spec: {stopPolicy: %s, "
            "namespaceSelector: {}, resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: "
            "[{name: a100, resources: [{name: nvidia.com/gpu, nominalQuota: 8}]}]}]}}",
            cases[i].cluster_queue);
        put_workload(&scene, "", HOLDS);
        scene_put_text(&scene, RESOURCE_LOCAL_QUEUE, local_queue);
        scene_put_text(&scene, RESOURCE_CLUSTER_QUEUE, cluster_queue);
        scene_refresh(&scene);
        const struct workload *workload = scene_workload(&scene, "pod");
        record_status_init(&status, workload->record);
        eviction_decide(&no_timeouts, workload, THEN_US, &status);
        const struct condition *evicted = condition_list_find(&status.conditions, "Evicted");
        cr_expect(text_equal(evicted != NULL ? evicted->reason : NULL, cases[i].expected),
                  "case %zu", i);
    }
}

Test(eviction_decision, lets_another_have_the_place)
{
    auto_scene struct scene scene;
    auto_record_status struct record_status status;
    struct workload *workload = put_workload(&scene, "", HOLDS);

    workload->preemption = memory_copy_text("for another");
    workload->preemption_reason = PREEMPTION_IN_COHORT_RECLAMATION;
    record_status_init(&status, workload->record);
    eviction_decide(&no_timeouts, workload, THEN_US, &status);
    expect_conditions(&status,
                      "QuotaReserved:QuotaReserved Admitted:Admitted Evicted:Preempted "
                      "Preempted:InCohortReclamation",
                      "preempted");
}

Test(eviction_decision, backs_off_longer_each_time)
{
    static const struct {
        int64_t before;
        int64_t wait_s;
    } cases[] = {{0, 60}, {1, 120}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        auto_record_status struct record_status status;
        auto_free char *stored =
            text_format("requeueState: {count: %d}, " HOLDS, (int)cases[i].before);
        const struct workload *workload = put_workload(&scene, "", stored);
        int64_t now_us = THEN_US + 300 * SECOND_US;
        record_status_init(&status, workload->record);
        eviction_decide(&timeouts, workload, now_us + 7, &status);
        cr_expect_eq(status.requeue_count, cases[i].before + 1);
        cr_expect_geq(status.requeue_at_us, now_us + cases[i].wait_s * SECOND_US);
        cr_expect_leq(status.requeue_at_us, now_us + (cases[i].wait_s + 1) * SECOND_US);
        cr_expect_eq(status.requeue_at_us % SECOND_US, 0, "as it is stored");
    }
}

Test(eviction_decision, says_when_to_look_again)
{
    static const struct {
        const struct pods_ready_rules *rules;
        const char *spec;
        int64_t next_s; /* 0: never */
    } cases[] = {
        {&no_timeouts, "", 0},
        {&timeouts, "", 300},
        {&no_timeouts, ", maximumExecutionTimeSeconds: 60", 60},
        {&timeouts, ", maximumExecutionTimeSeconds: 60", 60},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        int64_t next_us;
        const struct workload *workload = put_workload(&scene, cases[i].spec, HOLDS);
        cr_expect_not(eviction_is_due(cases[i].rules, workload, THEN_US, &next_us), "case %zu", i);
        cr_expect_eq(next_us, cases[i].next_s != 0 ? THEN_US + cases[i].next_s * SECOND_US : 0,
                     "case %zu", i);
        cr_expect(next_us == 0 || eviction_is_due(cases[i].rules, workload, next_us, &next_us),
                  "case %zu", i);
    }
}
