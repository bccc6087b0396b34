/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/record_status.h"

#include "tests/unit/companion/record_text.h"

#define LATER_US (THEN_US + 90 * SECOND_US)

static void start(const char *stored, struct workload_object **out_record,
                  struct record_status *out_status)
{
    *out_record = record_decode("", stored);
    record_status_init(out_status, *out_record);
}

static const struct condition *find(const struct record_status *status, const char *type)
{
    const struct condition *condition = condition_list_find(&status->conditions, type);

    cr_assert_not_null(condition, "%s", type);
    return condition;
}

Test(record_status, keeps_what_an_evicted_workload_holds_until_it_gives_it_back)
{
    struct workload_object *record;
    auto_record_status struct record_status status;

    start(HOLDS, &record, &status);
    record_status_preempt(&status, PREEMPTION_IN_CLUSTER_QUEUE, "for another", LATER_US);
    expect_conditions(&status,
                      "QuotaReserved:QuotaReserved Admitted:Admitted Evicted:Preempted "
                      "Preempted:InClusterQueue",
                      "preempted");
    cr_expect_not_null(status.admission);
    cr_expect(record_status_is_evicting(&status));
    record_status_give_back(&status, true, LATER_US);
    expect_conditions(&status,
                      "!QuotaReserved:Pending !Admitted:NoReservation Evicted:Preempted "
                      "Preempted:InClusterQueue Requeued:Preempted",
                      "given back");
    cr_expect_str_eq(find(&status, "QuotaReserved")->message, "for another");
    cr_expect_null(status.admission);
    cr_expect_not(record_status_is_evicting(&status));
    cr_expect_eq(status.past_execution_seconds, 90);
    workload_object_destroy(record);
}

Test(record_status, says_previously_when_it_is_admitted_again)
{
    struct workload_object *record;
    auto_record_status struct record_status status;
    auto_admission struct admission *admission = make_admission("pod", "a100", 1, 1);

    start("conditions: [" EVICTED("Preempted") ", " CONDITION("Preempted", "True", "InClusterQueue",
                                                              "go") "]",
          &record, &status);
    record_status_admit(&status, admission, LATER_US);
    expect_conditions(&status,
                      "!Evicted:QuotaReserved !Preempted:QuotaReserved QuotaReserved:QuotaReserved "
                      "Admitted:Admitted",
                      "admitted");
    cr_expect_str_eq(find(&status, "Evicted")->message, "Previously: go");
    cr_expect_str_eq(find(&status, "QuotaReserved")->message,
                     "Quota reserved in ClusterQueue main");
    workload_object_destroy(record);
}

Test(record_status, reserves_before_the_checks_agree)
{
    struct workload_object *record;
    auto_record_status struct record_status status;
    auto_admission struct admission *admission = make_admission("pod", "a100", 1, 1);
    char *items[] = {(char *)"budget"};
    const struct name_list checks = {.items = items, .count = 1};

    start("", &record, &status);
    record_status_reserve(&status, admission, &checks, LATER_US);
    expect_conditions(&status, "QuotaReserved:QuotaReserved !Admitted:UnsatisfiedAdmissionChecks",
                      "reserved");
    cr_expect_eq(status.checks.items[0].state, CHECK_PENDING);
    status.checks.items[0].state = CHECK_RETRY;
    record_status_evict(&status, "AdmissionCheck", "again", LATER_US);
    cr_expect_eq(status.checks.items[0].state, CHECK_PENDING);
    workload_object_destroy(record);
}

Test(record_status, is_deactivated_for_a_reason)
{
    static const struct {
        const char *stored;
        const char *expected;
        const char *message;
    } cases[] = {
        {HOLDS, "QuotaReserved:QuotaReserved Admitted:Admitted Evicted:Deactivated", "inactive"},
        {ADMISSION ", conditions: [" RESERVED ", " ADMITTED ", " CONDITION(
             "DeactivationTarget", "True", "MaximumExecutionTimeExceeded", "too long") "]",
         "QuotaReserved:QuotaReserved Admitted:Admitted "
         "Evicted:DeactivatedDueToMaximumExecutionTimeExceeded",
         "too long"},
        {"conditions: []", "Evicted:Deactivated !Requeued:Deactivated", "inactive"},
        {"requeueState: {count: 3, requeueAt: \"" THEN
         "\"}, conditions: [" EVICTED("PodsReadyTimeout") "]",
         "Evicted:Deactivated !Requeued:Deactivated", "inactive"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct workload_object *record;
        auto_record_status struct record_status status;
        start(cases[i].stored, &record, &status);
        record_status_deactivate(&status, "inactive", LATER_US);
        expect_conditions(&status, cases[i].expected, cases[i].stored);
        cr_expect_str_eq(find(&status, "Evicted")->message, cases[i].message);
        cr_expect_eq(status.requeue_count, 0);
        cr_expect_eq(status.requeue_at_us, 0);
        workload_object_destroy(record);
    }
}

Test(record_status, forgets_what_was_held_against_it_when_it_is_active_again)
{
    struct workload_object *record;
    auto_record_status struct record_status status;

    start("accumulatedPastExexcutionTimeSeconds: 60, requeueState: {count: 2}, conditions: "
          "[" CONDITION("Requeued", "False", "Deactivated", "") "]",
          &record, &status);
    record_status_reactivate(&status, LATER_US);
    expect_conditions(&status, "Requeued:Reactivated", "reactivated");
    cr_expect_eq(status.past_execution_seconds, 0);
    cr_expect_eq(status.requeue_count, 0);
    workload_object_destroy(record);
}

Test(record_status, follows_its_pods)
{
    static const struct {
        const char *stored;
        bool are_ready;
        const char *expected;
    } cases[] = {
        {"", false, "!PodsReady:WaitForStart"},
        {"", true, "PodsReady:Started"},
        {"conditions: [" CONDITION("PodsReady", "False", "WaitForStart", "") "]", true,
         "PodsReady:Started"},
        {"conditions: [" CONDITION("PodsReady", "True", "Started", "") "]", true,
         "PodsReady:Started"},
        {"conditions: [" CONDITION("PodsReady", "True", "Started", "") "]", false,
         "!PodsReady:WaitForRecovery"},
        {"conditions: [" CONDITION("PodsReady", "False", "WaitForRecovery", "") "]", false,
         "!PodsReady:WaitForRecovery"},
        {"conditions: [" CONDITION("PodsReady", "False", "WaitForRecovery", "") "]", true,
         "PodsReady:Recovered"},
        {"conditions: [" CONDITION("PodsReady", "True", "Recovered", "") "]", false,
         "!PodsReady:WaitForRecovery"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct workload_object *record;
        auto_record_status struct record_status status;
        start(cases[i].stored, &record, &status);
        record_status_set_pods_ready(&status, cases[i].are_ready, LATER_US);
        expect_conditions(&status, cases[i].expected, cases[i].stored);
        workload_object_destroy(record);
    }
}

Test(record_status, starts_anew_with_its_pods_when_it_waits)
{
    struct workload_object *record;
    auto_record_status struct record_status status;

    start(ADMISSION ", conditions: [" RESERVED ", " ADMITTED
                    ", " CONDITION("PodsReady", "True", "Started", "") "]",
          &record, &status);
    record_status_wait(&status, "Pending", "waits", LATER_US);
    expect_conditions(
        &status, "!QuotaReserved:Pending !Admitted:NoReservation !PodsReady:WaitForStart", "waits");
    workload_object_destroy(record);
}

Test(record_status, tells_words_from_what_counts)
{
    static const struct {
        const char *reason;
        const char *message;
        enum record_difference difference;
    } cases[] = {
        {"Pending", "waits", RECORD_SAME},
        {"Pending", "waits longer", RECORD_OTHER_WORDS},
        {"Inadmissible", "waits", RECORD_OTHER_STATE},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct workload_object *record;
        auto_record_status struct record_status status;
        start(
            "conditions: [" CONDITION("QuotaReserved", "False", "Pending", "waits") ", " CONDITION(
                "Admitted", "False", "NoReservation", "The workload has no reservation") "]",
            &record, &status);
        record_status_wait(&status, cases[i].reason, cases[i].message, LATER_US);
        cr_expect_eq(record_status_compare(&status, record), cases[i].difference, "case %zu", i);
        workload_object_destroy(record);
    }
}

static json_t *format(const struct record_status *status, const struct workload_object *record)
{
    auto_free char *text = record_status_format(status, record);

    return json_loads(text, 0, NULL);
}

Test(record_status, is_written_for_one_version_only)
{
    struct workload_object *record;
    auto_record_status struct record_status status;
    auto_admission struct admission *admission = make_admission("pod", "a100", 2, 3);
    auto_admission struct admission *read = NULL;

    start("", &record, &status);
    record_status_admit(&status, admission, LATER_US);
    json_auto_t *json = format(&status, record);
    json_t *written = json_object_get(json, "status");
    cr_expect_str_eq(object_metadata_text(json, "uid"), "record-pod");
    cr_expect_str_eq(object_metadata_text(json, "resourceVersion"), "12");
    cr_assert(admission_decode_status(json_object_get(written, "admission"), &read, NULL));
    cr_expect_eq(read->pod_sets.items[0].count, 2);
    cr_expect_eq(read->pod_sets.items[0].assignments.items[0].amount, 3);
    const json_t *condition = json_array_get(json_object_get(written, "conditions"), 0);
    cr_expect_eq(json_integer_value(json_object_get(condition, "observedGeneration")), 3);
    cr_expect_eq(json_object_size(written), 2, "what has not changed is not touched");
    workload_object_destroy(record);
}

Test(record_status, takes_away_by_name_what_is_over)
{
    struct workload_object *record;
    auto_record_status struct record_status status;

    start(HOLDS ", requeueState: {count: 2, requeueAt: \"" THEN "\"}", &record, &status);
    record_status_deactivate(&status, "inactive", LATER_US);
    record_status_give_back(&status, false, LATER_US);
    json_auto_t *json = format(&status, record);
    const json_t *written = json_object_get(json, "status");
    cr_expect(json_is_null(json_object_get(written, "admission")));
    cr_expect(json_is_null(json_object_get(written, "requeueState")));
    cr_expect_eq(json_integer_value(json_object_get(written, WORKLOAD_PAST_EXECUTION)), 90);
    workload_object_destroy(record);
}

Test(record_status, says_when_it_may_queue_again)
{
    struct workload_object *record;
    auto_record_status struct record_status status;

    start(HOLDS, &record, &status);
    status.requeue_count = 1;
    status.requeue_at_us = THEN_US;
    json_auto_t *json = format(&status, record);
    json_auto_t *expected = yaml_text("{count: 1, requeueAt: \"" THEN "\"}");
    cr_expect(
        json_equal(json_object_get(json_object_get(json, "status"), "requeueState"), expected));
    workload_object_destroy(record);
}
