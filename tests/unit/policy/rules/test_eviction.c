/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/text.h"
#include "policy/rules/eviction.h"

#define SECONDS(count) (INT64_C(1000000) * (count))

static const int64_t admitted_us = SECONDS(1000);

static const struct pods_ready_rules rules = {
    .is_enabled = true,
    .timeout_seconds = 300,
    .recovery_timeout_seconds = 60,
    .backoff_base_seconds = 60,
    .backoff_max_seconds = 3600,
    .backoff_limit_count = 2,
};

/* Facts about a workload that was admitted at 1000 s. */
#define ADMITTED .is_active = true, .admitted_us = SECONDS(1000)
#define READY ADMITTED, .were_pods_ready = true, .pods_ready_us = SECONDS(1010)
#define LOST ADMITTED, .were_pods_ready = true, .pods_lost_us = SECONDS(2000)

/* What is to be done so long after the admission, or just before. */
struct eviction_case {
    const char *name;
    struct eviction_facts facts;
    int64_t after_us;
    enum eviction_reason reason;
};

static void expect(const struct pods_ready_rules *under, const struct eviction_case *expected)
{
    enum eviction_reason reason =
        eviction_evaluate(under, &expected->facts, admitted_us + expected->after_us);

    cr_assert_eq(reason, expected->reason, "%s: '%s' instead of '%s'", expected->name,
                 eviction_reason_name(reason), eviction_reason_name(expected->reason));
}

#define EXPECT_ALL(under, cases)                                                                   \
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {                                             \
        expect(under, &cases[i]);                                                                  \
    }

static const struct eviction_case reasons[] = {
    {"runs", {READY}, SECONDS(1000000), EVICTION_NONE},
    {"is not active", {.admitted_us = SECONDS(1000)}, 0, EVICTION_DEACTIVATED},
    {"a check says Retry", {READY, .has_check_retry = true}, 0, EVICTION_ADMISSION_CHECK},
    {"a check says Rejected", {READY, .has_check_rejected = true}, 0, EVICTION_CHECK_REJECTED},
    {"ClusterQueue on hold", {READY, .cluster_queue_stop = STOP_HOLD}, 0, EVICTION_NONE},
    {"ClusterQueue is drained",
     {READY, .cluster_queue_stop = STOP_HOLD_AND_DRAIN},
     0,
     EVICTION_CLUSTER_QUEUE_STOPPED},
    {"LocalQueue on hold", {READY, .local_queue_stop = STOP_HOLD}, 0, EVICTION_NONE},
    {"LocalQueue is drained",
     {READY, .local_queue_stop = STOP_HOLD_AND_DRAIN},
     0,
     EVICTION_LOCAL_QUEUE_STOPPED},
};

Test(eviction, has_a_reason_for_each_fact)
{
    EXPECT_ALL(&rules, reasons);
}

/* Each has all that comes after it in the order, too. */
#define LAST READY, .maximum_execution_seconds = 1
#define FOURTH LAST, .local_queue_stop = STOP_HOLD_AND_DRAIN
#define THIRD FOURTH, .cluster_queue_stop = STOP_HOLD_AND_DRAIN
#define SECOND THIRD, .has_check_retry = true

static const struct eviction_case precedence[] = {
    {"deactivated before all",
     {.has_check_rejected = true,
      .has_check_retry = true,
      .cluster_queue_stop = STOP_HOLD_AND_DRAIN,
      .admitted_us = 1,
      .maximum_execution_seconds = 1},
     SECONDS(500),
     EVICTION_DEACTIVATED},
    {"rejected before retry",
     {SECOND, .has_check_rejected = true},
     SECONDS(500),
     EVICTION_CHECK_REJECTED},
    {"retry before stop", {SECOND}, SECONDS(500), EVICTION_ADMISSION_CHECK},
    {"ClusterQueue before LocalQueue", {THIRD}, SECONDS(500), EVICTION_CLUSTER_QUEUE_STOPPED},
    {"stop before execution time", {FOURTH}, SECONDS(500), EVICTION_LOCAL_QUEUE_STOPPED},
    {"execution time before readiness",
     {ADMITTED, .maximum_execution_seconds = 300},
     SECONDS(300),
     EVICTION_MAXIMUM_EXECUTION_TIME},
};

Test(eviction, tells_the_first_reason_that_applies)
{
    EXPECT_ALL(&rules, precedence);
}

#define LIMITED READY, .maximum_execution_seconds = 600

static const struct eviction_case execution_times[] = {
    {"a µs before the end", {LIMITED}, SECONDS(600) - 1, EVICTION_NONE},
    {"at the end", {LIMITED}, SECONDS(600), EVICTION_MAXIMUM_EXECUTION_TIME},
    {"earlier admissions count",
     {LIMITED, .past_execution_seconds = 200},
     SECONDS(400) - 1,
     EVICTION_NONE},
    {"earlier admissions count at the end",
     {LIMITED, .past_execution_seconds = 200},
     SECONDS(400),
     EVICTION_MAXIMUM_EXECUTION_TIME},
    {"used up before",
     {LIMITED, .past_execution_seconds = 601},
     0,
     EVICTION_MAXIMUM_EXECUTION_TIME},
    {"not admitted yet",
     {.is_active = true, .maximum_execution_seconds = 600},
     SECONDS(100000),
     EVICTION_NONE},
    {"an absurd limit",
     {READY, .maximum_execution_seconds = INT64_MAX},
     SECONDS(100000),
     EVICTION_NONE},
};

Test(eviction, ends_what_has_run_for_its_time)
{
    EXPECT_ALL(&rules, execution_times);
}

/* LOST is lost 1000 s after the admission. */
static const struct eviction_case readiness[] = {
    {"a µs before the timeout", {ADMITTED}, SECONDS(300) - 1, EVICTION_NONE},
    {"at the timeout", {ADMITTED}, SECONDS(300), EVICTION_PODS_READY_TIMEOUT},
    {"not admitted yet", {.is_active = true}, SECONDS(300), EVICTION_NONE},
    {"ready", {READY}, SECONDS(300), EVICTION_NONE},
    {"a µs before it must have recovered", {LOST}, SECONDS(1060) - 1, EVICTION_NONE},
    {"not recovered in time", {LOST}, SECONDS(1060), EVICTION_PODS_READY_TIMEOUT},
    {"recovered", {LOST, .pods_ready_us = SECONDS(2030)}, SECONDS(1060), EVICTION_NONE},
    {"requeued less often than allowed",
     {ADMITTED, .requeue_count = 1},
     SECONDS(300),
     EVICTION_PODS_READY_TIMEOUT},
    {"requeued as often as allowed",
     {ADMITTED, .requeue_count = 2},
     SECONDS(300),
     EVICTION_REQUEUING_LIMIT},
    {"requeued as often as allowed, and lost",
     {LOST, .requeue_count = 2},
     SECONDS(1060),
     EVICTION_REQUEUING_LIMIT},
};

Test(eviction, ends_what_is_not_ready_in_time)
{
    EXPECT_ALL(&rules, readiness);
}

Test(eviction, waits_for_pods_only_where_that_is_configured)
{
    static const struct pods_ready_rules off = {.timeout_seconds = 300, .backoff_limit_count = -1};
    static const struct pods_ready_rules patient = {
        .is_enabled = true, .timeout_seconds = 300, .backoff_limit_count = -1};
    static const struct eviction_case without_rules[] = {
        {"unready", {ADMITTED}, SECONDS(100000), EVICTION_NONE},
        {"lost", {LOST}, SECONDS(100000), EVICTION_NONE},
    };
    static const struct eviction_case without_limits[] = {
        {"lost for ever", {LOST}, SECONDS(100000), EVICTION_NONE},
        {"requeued without limit",
         {ADMITTED, .requeue_count = INT32_MAX},
         SECONDS(300),
         EVICTION_PODS_READY_TIMEOUT},
    };

    EXPECT_ALL(&off, without_rules);
    EXPECT_ALL(&patient, without_limits);
}

static const struct next_case {
    const char *name;
    struct eviction_facts facts;
    int64_t next_us;
} nexts[] = {
    {"ready", {READY}, INT64_MAX},
    {"not admitted yet", {.is_active = true, .maximum_execution_seconds = 600}, INT64_MAX},
    {"unready", {ADMITTED}, SECONDS(1300)},
    {"lost", {LOST}, SECONDS(2060)},
    {"limited", {LIMITED}, SECONDS(1600)},
    {"limited, and earlier admissions", {LIMITED, .past_execution_seconds = 200}, SECONDS(1400)},
    {"what comes first", {ADMITTED, .maximum_execution_seconds = 200}, SECONDS(1200)},
    {"what comes first, the other way",
     {ADMITTED, .maximum_execution_seconds = 400},
     SECONDS(1300)},
};

Test(eviction, tells_when_to_look_again)
{
    for (size_t i = 0; i < ARRAY_LENGTH(nexts); i++) {
        const struct next_case *next = &nexts[i];
        int64_t next_us = eviction_next_us(&rules, &next->facts);

        cr_assert_eq(next_us, next->next_us, "%s: %ld", next->name, next_us);
        if (next_us != INT64_MAX) {
            cr_assert_eq(eviction_evaluate(&rules, &next->facts, next_us - 1), EVICTION_NONE);
            cr_assert_neq(eviction_evaluate(&rules, &next->facts, next_us), EVICTION_NONE);
        }
    }
}

static const struct words_case {
    enum eviction_reason reason;
    const char *name;
    const char *message;
    bool deactivates;
    bool requeues_at_once;
} words[] = {
    {EVICTION_PREEMPTED, "Preempted", "The workload was preempted", false, true},
    {EVICTION_PODS_READY_TIMEOUT, "PodsReadyTimeout", "Exceeded the PodsReady timeout lab/train",
     false, false},
    {EVICTION_ADMISSION_CHECK, "AdmissionCheck", "At least one admission check is false", false,
     false},
    {EVICTION_CLUSTER_QUEUE_STOPPED, "ClusterQueueStopped", "The ClusterQueue is stopped", false,
     false},
    {EVICTION_LOCAL_QUEUE_STOPPED, "LocalQueueStopped", "The LocalQueue is stopped", false, false},
    {EVICTION_DEACTIVATED, "Deactivated", "The workload is deactivated", false, false},
    {EVICTION_MAXIMUM_EXECUTION_TIME, "DeactivatedDueToMaximumExecutionTimeExceeded",
     "The workload is deactivated due to exceeding the maximum execution time", true, false},
    {EVICTION_REQUEUING_LIMIT, "DeactivatedDueToRequeuingLimitExceeded",
     "The workload is deactivated due to exceeding the maximum number of re-queuing retries", true,
     false},
    {EVICTION_CHECK_REJECTED, "DeactivatedDueToAdmissionCheck",
     "The workload is deactivated due to a rejected admission check", true, false},
};

Test(eviction, has_the_words_of_kueue)
{
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        auto_free char *message = eviction_format_message(words[i].reason, "lab", "train");

        cr_assert_str_eq(eviction_reason_name(words[i].reason), words[i].name);
        cr_assert_str_eq(message, words[i].message);
        cr_assert_eq(eviction_deactivates(words[i].reason), words[i].deactivates, "%s",
                     words[i].name);
        cr_assert_eq(eviction_requeues_at_once(words[i].reason), words[i].requeues_at_once, "%s",
                     words[i].name);
    }
}

static const struct backoff_case {
    int64_t base;
    int64_t most;
    int64_t count;
    int64_t seconds;
} backoffs[] = {
    {60, 3600, 1, 60},
    {60, 3600, 2, 120},
    {60, 3600, 6, 1920},
    {60, 3600, 7, 3600}, /* 3840 is more than the most */
    {60, 3600, INT64_MAX, 3600},
    {60, 60, 1, 60},
    {60, INT64_MAX, 58, 60 * (INT64_C(1) << 57)}, /* later than can be told */
    {60, 3600, 0, 60},
    {0, 3600, INT64_MAX, 0},
    {1, INT64_MAX, 100, INT64_MAX},
};

Test(eviction, backs_off_longer_each_time_but_not_for_ever)
{
    for (size_t i = 0; i < ARRAY_LENGTH(backoffs); i++) {
        const struct backoff_case *backoff = &backoffs[i];
        const struct pods_ready_rules backing_off = {.backoff_base_seconds = backoff->base,
                                                     .backoff_max_seconds = backoff->most};
        int64_t expected_us;

        if (__builtin_mul_overflow(backoff->seconds, SECONDS(1), &expected_us)) {
            expected_us = INT64_MAX - 7;
        }
        cr_assert_eq(eviction_requeue_at_us(&backing_off, backoff->count, 7), expected_us + 7,
                     "case %zu", i);
    }
}
