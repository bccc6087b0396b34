/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/record_progress.h"

#include "tests/unit/companion/record_text.h"

#define LATER_US (THEN_US + 90 * SECOND_US)
#define WAITS                                                                                      \
    CONDITION("QuotaReserved", "False", "Pending", "")                                             \
    ", " CONDITION("Admitted", "False", "NoReservation", "")
#define HELD                                                                                       \
    "admission: {clusterQueue: main, podSetAssignments: [{name: main, count: 1, flavors: "         \
    "{nvidia.com/gpu: h100}, resourceUsage: {nvidia.com/gpu: \"1\"}}]}"

static void advance(const struct scene *scene, const char *uid, struct record_status *status)
{
    const struct workload *workload = scene_workload(scene, uid);

    record_status_init(status, workload->record);
    record_progress_apply(scene->cluster, workload, LATER_US, status);
}

static void expect_progress(struct scene *scene, const char *uid, const char *expected,
                            bool has_admission, const char *what)
{
    auto_record_status struct record_status status;

    scene_refresh(scene);
    advance(scene, uid, &status);
    expect_conditions(&status, expected, what);
    cr_expect_eq(status.admission != NULL, has_admission, "%s", what);
}

Test(record_progress, tells_where_a_pod_stands)
{
    static const struct {
        const char *what;
        struct subject pod;
        const char *status;
        const char *expected;
        bool has_admission;
    } cases[] = {
        {"new",
         {.gpus = 1, .is_waiting = true},
         "",
         "!QuotaReserved:Pending !Admitted:NoReservation",
         false},
        {"without a queue",
         {.gpus = 1, .is_waiting = true, .queue = "x"},
         "",
         "!QuotaReserved:Inadmissible !Admitted:NoReservation",
         false},
        {"started",
         {.gpus = 1, .holds_as = "pod"},
         "conditions: [" WAITS "]",
         "QuotaReserved:QuotaReserved Admitted:Admitted",
         true},
        {"told already",
         {.gpus = 1, .holds_as = "pod"},
         HOLDS,
         "QuotaReserved:QuotaReserved Admitted:Admitted",
         true},
        {"started with something else",
         {.gpus = 1, .holds_as = "pod"},
         HELD ", conditions: [" RESERVED ", " ADMITTED "]",
         "!QuotaReserved:Pending !Admitted:NoReservation",
         false},
        {"succeeded",
         {.gpus = 1, .phase = "Succeeded"},
         HOLDS,
         "QuotaReserved:QuotaReserved Admitted:Admitted Finished:Succeeded",
         true},
        {"failed", {.gpus = 1, .phase = "Failed"}, "conditions: []", "Finished:Failed", false},
        {"asked to go, and runs",
         {.gpus = 1, .holds_as = "pod"},
         GOES("Preempted"),
         "QuotaReserved:QuotaReserved Admitted:Admitted Evicted:Preempted",
         true},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        struct subject pod = cases[i].pod;
        pod.name = "pod";
        scene_init(&scene, "StrictFIFO", 8, 8);
        scene_put_pod(&scene, &pod);
        put_record(&scene, "pod", "", cases[i].status);
        expect_progress(&scene, "pod", cases[i].expected, cases[i].has_admission, cases[i].what);
    }
}

/* A Job whose Pod still runs, or is gone. */
static void put_job(struct scene *scene, bool is_suspended, bool has_pod)
{
    scene_init(scene, "StrictFIFO", 8, 8);
    scene_put_job(scene, &(struct subject){.name = "job",
                                           .gpus = 1,
                                           .is_waiting = is_suspended,
                                           .holds_as = is_suspended ? NULL : "job"});
    if (has_pod) {
        scene_put_pod(scene, &(struct subject){.name = "job-1",
                                               .gpus = 1,
                                               .owner = "job",
                                               .of_kind = "Job",
                                               .of = "job",
                                               .holds_as = "job",
                                               .is_deleting = is_suspended});
    }
}

Test(record_progress, gives_back_once_nothing_counts_any_more)
{
    static const struct {
        const char *what;
        bool is_suspended;
        bool has_pod;
        const char *status;
        const char *expected;
        bool has_admission;
    } cases[] = {
        {"runs", false, true, GOES("Preempted"),
         "QuotaReserved:QuotaReserved Admitted:Admitted Evicted:Preempted", true},
        {"terminates", true, true, GOES("Preempted"),
         "QuotaReserved:QuotaReserved Admitted:Admitted Evicted:Preempted", true},
        {"preempted", true, false, GOES("Preempted"),
         "!QuotaReserved:Pending !Admitted:NoReservation Evicted:Preempted Requeued:Preempted",
         false},
        {"timed out", true, false, GOES("PodsReadyTimeout"),
         "!QuotaReserved:Pending !Admitted:NoReservation Evicted:PodsReadyTimeout "
         "!Requeued:PodsReadyTimeout",
         false},
        {"suspended by its user, and terminates", true, true, HOLDS,
         "QuotaReserved:QuotaReserved Admitted:Admitted", true},
        {"suspended by its user", true, false, HOLDS,
         "!QuotaReserved:Pending !Admitted:NoReservation", false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        put_job(&scene, cases[i].is_suspended, cases[i].has_pod);
        put_record(&scene, "job", "", cases[i].status);
        expect_progress(&scene, "job", cases[i].expected, cases[i].has_admission, cases[i].what);
    }
}

Test(record_progress, lets_queue_again_what_may)
{
    static const struct {
        const char *requeued;
        const char *spec;
        const char *requeue_state;
        const char *queue; /* spec of the LocalQueue beside its ClusterQueue */
        const char *expected;
    } cases[] = {
        {"PodsReadyTimeout", "", "{count: 1, requeueAt: \"2025-12-31T00:00:00Z\"}", "",
         "Requeued:BackoffFinished"},
        {"PodsReadyTimeout", "", "{count: 1, requeueAt: \"2026-01-02T00:00:00Z\"}", "",
         "!Requeued:PodsReadyTimeout"},
        {"LocalQueueStopped", "", "{}", "", "Requeued:LocalQueueRestarted"},
        {"LocalQueueStopped", "", "{}", ", stopPolicy: Hold", "!Requeued:LocalQueueStopped"},
        {"ClusterQueueStopped", "", "{}", "", "Requeued:ClusterQueueRestarted"},
        {"Deactivated", "", "{count: 4}", "", "Requeued:Reactivated"},
        {"DeactivatedDueToMaximumExecutionTimeExceeded", "", "{}", "", "Requeued:Reactivated"},
        {"Deactivated", ", active: false", "{}", "", "!Requeued:Deactivated Evicted:Deactivated"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        auto_record_status struct record_status status;
        auto_free char *local_queue = text_format(
            "{metadata: {name: research, namespace: team, uid: research, generation: 9}, "
            "spec: "
            "{clusterQueue: main%s}}",
            cases[i].queue);
        auto_free char *stored = text_format("requeueState: %s, conditions: [{type: Requeued, "
                                             "status: \"False\", reason: %s, message: "
                                             "m}]",
                                             cases[i].requeue_state, cases[i].requeued);
        auto_free char *expected = text_format(
            "%.*s !QuotaReserved", (int)strcspn(cases[i].expected, " "), cases[i].expected);
        put_job(&scene, true, false);
        scene_put_text(&scene, RESOURCE_LOCAL_QUEUE, local_queue);
        put_record(&scene, "job", cases[i].spec, stored);
        scene_refresh(&scene);
        advance(&scene, "job", &status);
        auto_free char *text = format_conditions(&status.conditions);
        cr_expect(text_starts_with(text, expected), "case %zu: %s", i, text);
    }
}

Test(record_progress, tells_of_what_waits_that_it_is_not_active)
{
    static const struct {
        const char *status;
        const char *expected;
    } cases[] = {
        {"conditions: [" WAITS "]",
         "!QuotaReserved:Inadmissible !Admitted:NoReservation Evicted:Deactivated "
         "!Requeued:Deactivated"},
        {"conditions: [" WAITS
         ", " EVICTED("Deactivated") ", " CONDITION("Requeued", "True", "Reactivated", "") "]",
         "!QuotaReserved:Inadmissible !Admitted:NoReservation Evicted:Deactivated "
         "!Requeued:Deactivated"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        put_job(&scene, true, false);
        put_record(&scene, "job", ", active: false", cases[i].status);
        expect_progress(&scene, "job", cases[i].expected, false, cases[i].status);
    }
}

static void put_checked_queue(struct scene *scene, const char *stop_policy)
{
    auto_free char *yaml = text_format(
        "{metadata: {name: main, uid: main, generation: 9}, spec: {stopPolicy: %s, "
        "namespaceSelector: {}, admissionChecks: [budget], resourceGroups: [{coveredResources: "
        "[nvidia.com/gpu], flavors: [{name: a100, resources: [{name: nvidia.com/gpu, "
        "nominalQuota: 8}]}]}]}}",
        stop_policy);

    scene_put_text(scene, RESOURCE_CLUSTER_QUEUE, yaml);
}

Test(record_progress, reserves_for_those_who_wait_for_their_checks)
{
    auto_scene struct scene scene;
    auto_record_status struct record_status status;

    put_job(&scene, true, false);
    put_checked_queue(&scene, "None");
    put_record(&scene, "job", "", "conditions: [" WAITS "]");
    scene_refresh(&scene);
    scene_workload(&scene, "job")->reservation = make_admission("job", "a100", 1, 1);
    cluster_mark(scene.cluster, scene_workload(&scene, "job"));
    scene_refresh(&scene);
    advance(&scene, "job", &status);
    expect_conditions(&status, "QuotaReserved:QuotaReserved !Admitted:UnsatisfiedAdmissionChecks",
                      "reserved");
    cr_assert_eq(status.checks.count, 1);
    cr_expect_str_eq(status.checks.items[0].name, "budget");
    cr_expect_not_null(status.admission);
}

Test(record_progress, takes_a_reservation_back_when_the_queue_is_held)
{
    static const struct {
        const char *stop_policy;
        const char *expected;
    } cases[] = {
        {"None", "QuotaReserved:QuotaReserved !Admitted:UnsatisfiedAdmissionChecks"},
        {"Hold", "!QuotaReserved:Inadmissible !Admitted:NoReservation"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        put_job(&scene, true, false);
        put_checked_queue(&scene, cases[i].stop_policy);
        put_record(&scene, "job", "",
                   ADMISSION
                   ", conditions: [" RESERVED
                   ", " CONDITION("Admitted", "False", "UnsatisfiedAdmissionChecks", "") "]");
        expect_progress(&scene, "job", cases[i].expected, i == 0, cases[i].stop_policy);
    }
}

Test(record_progress, believes_the_start_of_a_notebook_by_its_pod_or_by_itself)
{
    static const struct {
        bool is_stopped;
        const char *holds_as;
        const char *pod_holds_as;
        const char *status;
        bool has_started;
    } cases[] = {
        {false, NULL, NULL, "", false},
        {false, NULL, "wb", "", true},
        {false, "wb", NULL, "", true},
        {true, "wb", NULL, "", false},
        {false, NULL, NULL, HOLDS, true},
        {false, NULL, NULL, ADMISSION ", conditions: [" RESERVED "]", false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        scene_init(&scene, "StrictFIFO", 8, 8);
        scene_put_notebook(&scene, &(struct subject){.name = "wb",
                                                     .gpus = 1,
                                                     .is_waiting = cases[i].is_stopped,
                                                     .holds_as = cases[i].holds_as});
        scene_put_statefulset(&scene, "wb-set", "wb", 1);
        scene_put_pod(&scene, &(struct subject){.name = "wb-0",
                                                .gpus = 1,
                                                .owner = "wb-set",
                                                .of_kind = "StatefulSet",
                                                .of = "wb-set",
                                                .is_waiting = cases[i].pod_holds_as == NULL,
                                                .holds_as = cases[i].pod_holds_as});
        put_record(&scene, "wb", "", cases[i].status);
        scene_refresh(&scene);
        cr_expect_eq(record_progress_has_started(scene_workload(&scene, "wb")),
                     cases[i].has_started, "case %zu", i);
    }
}
