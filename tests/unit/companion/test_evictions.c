/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/evictions.h"

#include "base/clock.h"
#include "tests/unit/companion/record_text.h"
#include "webhook/companion/eviction_stop.h"

enum { NOW_MS = 1000 };

/* A scene with all that evictions need; nobody answers what they send. */
struct stage {
    struct scene scene;
    struct kube_config config;
    struct errands errands;
    struct records records;
    struct evictions evictions;
};

static void ignore_answer(void *context, uint64_t tag, struct kube_answer *answer)
{
    (void)context;
    (void)tag;
    (void)answer;
}

static void stage_init(struct stage *stage)
{
    const struct kube_writer_options options = {.done = ignore_answer};

    *stage = (struct stage){.config.server = (char *)"http://127.0.0.1:1"};
    scene_init(&stage->scene, "StrictFIFO", 8, 8);
    stage->errands.writer = kube_writer_create(&stage->config, &options);
    stage->records = (struct records){stage->scene.cluster, &stage->errands};
    stage->evictions = (struct evictions){stage->scene.cluster, &stage->errands, &stage->records};
}

static void stage_release(struct stage *stage)
{
    errands_forget_all(&stage->errands);
    kube_writer_destroy(stage->errands.writer);
    scene_release(&stage->scene);
}
#define auto_stage __attribute__((cleanup(stage_release)))

/* What was sent since the last call: "record event", "stop", "". */
static char *take_sent(struct stage *stage)
{
    static const char *const names[ERRAND_KIND_COUNT] = {
        [ERRAND_RECORD] = "record", [ERRAND_EVENT] = "event", [ERRAND_STOP] = "stop"};
    struct text text = {0};
    const struct errand *errand = stage->errands.open;

    for (; errand != NULL; errand = errand->hh.next) {
        text_append_format(&text, "%s%s", text.size_bytes > 0 ? " " : "", names[errand->kind]);
    }
    errands_forget_all(&stage->errands);
    return text_take(&text);
}

static void expect_sent(struct stage *stage, const char *uid, const char *expected)
{
    scene_refresh(&stage->scene);
    evictions_update(&stage->evictions, scene_workload(&stage->scene, uid), NOW_MS);
    auto_free char *sent = take_sent(stage);
    cr_expect_str_eq(sent, expected);
}

static void put_running(struct stage *stage)
{
    scene_put_pod(&stage->scene, &(struct subject){.name = "pod", .gpus = 1, .holds_as = "pod"});
}

Test(evictions, write_down_why_before_they_stop_anything)
{
    auto_stage struct stage stage;

    stage_init(&stage);
    put_running(&stage);
    put_record(&stage.scene, "pod", "", HOLDS);
    expect_sent(&stage, "pod", "");
    put_record(&stage.scene, "pod", ", active: false", HOLDS);
    expect_sent(&stage, "pod", "record event");
    cr_expect(scene_workload(&stage.scene, "pod")->is_record_in_flight);
    expect_sent(&stage, "pod", "");
    put_record(&stage.scene, "pod", ", active: false", GOES("Deactivated"));
    expect_sent(&stage, "pod", "stop");
    cr_expect(scene_workload(&stage.scene, "pod")->is_stop_in_flight);
    expect_sent(&stage, "pod", "");
}

Test(evictions, of_one_whose_time_is_over_begin_with_its_deactivation)
{
    auto_stage struct stage stage;

    stage_init(&stage);
    put_running(&stage);
    put_record(&stage.scene, "pod", ", maximumExecutionTimeSeconds: 1", HOLDS);
    expect_sent(&stage, "pod", "record");
    scene_workload(&stage.scene, "pod")->is_record_in_flight = false;
    put_record(
        &stage.scene, "pod", ", maximumExecutionTimeSeconds: 1",
        HOLDS_AND(CONDITION("DeactivationTarget", "True", "MaximumExecutionTimeExceeded", "")));
    expect_sent(&stage, "pod", "");
    records_update(&stage.records, scene_workload(&stage.scene, "pod"), NOW_MS);
    auto_free char *sent = take_sent(&stage);
    cr_expect_str_eq(sent, "record", "spec.active follows");
}

Test(evictions, keep_the_intent_to_preempt_until_it_is_stored)
{
    auto_stage struct stage stage;

    stage_init(&stage);
    put_running(&stage);
    scene_put_pod(&stage.scene, &(struct subject){.name = "next", .gpus = 8, .is_waiting = true});
    put_record(&stage.scene, "pod", "", "");
    scene_refresh(&stage.scene);
    struct workload *victim = scene_workload(&stage.scene, "pod");
    evictions_preempt(&stage.evictions, victim, PREEMPTION_IN_CLUSTER_QUEUE,
                      scene_workload(&stage.scene, "next"));
    cr_expect_str_eq(victim->preemption,
                     "Preempted to accommodate a workload (UID: UNKNOWN, JobUID: next) due to "
                     "prioritization in the ClusterQueue");
    expect_sent(&stage, "pod", "");
    cr_expect_not_null(victim->preemption, "it is not told to be admitted yet");
    put_record(&stage.scene, "pod", "", HOLDS);
    expect_sent(&stage, "pod", "record event");
    put_record(&stage.scene, "pod", "", GOES("Preempted"));
    expect_sent(&stage, "pod", "stop");
    cr_expect_null(victim->preemption);
    evictions_preempt(&stage.evictions, victim, PREEMPTION_IN_CLUSTER_QUEUE,
                      scene_workload(&stage.scene, "next"));
    cr_expect_null(victim->preemption, "it goes already");
}

Test(evictions, stop_only_what_runs)
{
    static const struct {
        struct subject job;
        const char *expected;
    } cases[] = {
        {{.holds_as = "job"}, "stop"},
        {{.is_waiting = true}, ""},
        {{.holds_as = "job", .is_deleting = true}, ""},
        {{.holds_as = "job", .condition = "Complete"}, ""},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_stage struct stage stage;
        struct subject job = cases[i].job;
        job.name = "job";
        job.gpus = 1;
        stage_init(&stage);
        scene_put_job(&stage.scene, &job);
        put_record(&stage.scene, "job", "", GOES("Preempted"));
        expect_sent(&stage, "job", cases[i].expected);
    }
}

static void put_notebook(struct stage *stage, bool has_pod)
{
    scene_put_notebook(&stage->scene, &(struct subject){.name = "wb", .gpus = 1});
    scene_put_statefulset(&stage->scene, "wb-set", "wb", 1);
    if (has_pod) {
        scene_put_pod(&stage->scene, &(struct subject){.name = "wb-0",
                                                       .gpus = 1,
                                                       .owner = "wb-set",
                                                       .of_kind = "StatefulSet",
                                                       .of = "wb-set",
                                                       .holds_as = "wb"});
    }
    put_record(&stage->scene, "wb", "", GOES("Preempted"));
}

Test(evictions, stop_a_notebook_only_while_it_has_a_pod)
{
    for (int has_pod = 0; has_pod <= 1; has_pod++) {
        auto_stage struct stage stage;
        stage_init(&stage);
        put_notebook(&stage, has_pod);
        expect_sent(&stage, "wb", has_pod ? "stop" : "");
    }
}

Test(evictions, take_an_admission_off_a_notebook_that_its_user_stopped)
{
    auto_stage struct stage stage;

    stage_init(&stage);
    scene_put_notebook(&stage.scene, &(struct subject){
                                         .name = "wb",
                                         .gpus = 1,
                                         .is_waiting = true,
                                         .holds_as = "wb",
                                     });
    put_record(&stage.scene, "wb", "", HOLDS);
    expect_sent(&stage, "wb", "stop");
    records_update(&stage.records, scene_workload(&stage.scene, "wb"), NOW_MS);
    auto_free char *early = take_sent(&stage);
    cr_expect_str_eq(early, "", "the record stays until then");
    scene_put_notebook(&stage.scene,
                       &(struct subject){.name = "wb", .gpus = 1, .is_waiting = true});
    expect_sent(&stage, "wb", "");
    records_update(&stage.records, scene_workload(&stage.scene, "wb"), NOW_MS);
    auto_free char *then = take_sent(&stage);
    cr_expect_str_eq(then, "record");
}

static void put_placed_job(struct stage *stage, const char *annotations, const char *status)
{
    auto_free char *yaml = text_format(
        "{metadata: {name: job, uid: job, namespace: team, resourceVersion: \"%" PRIu64
        "\", annotations: {%s}}, spec: {suspend: true, template: {spec: {nodeSelector: {gpu: "
        "a100}, containers: [{name: a, resources: {limits: {nvidia.com/gpu: 1}}}]}}}, status: "
        "{%s}}",
        ++stage->scene.version, annotations, status);

    scene_put_text(&stage->scene, RESOURCE_JOB, yaml);
}

Test(evictions, free_a_job_from_its_flavor_before_it_starts_again)
{
    static const char note[] =
        "gpuaas.dev/placement: '{\"nodeSelector\":{\"gpu\":\"a100\"},\"tolerations\":[]}'";
    static const struct {
        const char *annotations;
        const char *status;
        const char *expected;
    } cases[] = {
        {note, "startTime: \"" THEN "\"", "stop"},
        {note, "", "stop"},
        {"", "", ""},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_stage struct stage stage;
        stage_init(&stage);
        put_placed_job(&stage, cases[i].annotations, cases[i].status);
        put_record(&stage.scene, "job", "", "");
        expect_sent(&stage, "job", cases[i].expected);
    }
}

Test(evictions, have_no_say_in_an_unmanaged_namespace)
{
    auto_stage struct stage stage;

    stage_init(&stage);
    put_running(&stage);
    put_record(&stage.scene, "pod", ", active: false", HOLDS);
    scene_put_namespace(&stage.scene, false);
    expect_sent(&stage, "pod", "");
}

Test(evictions, stop_again_what_was_not_stopped)
{
    static const struct {
        enum kube_outcome outcome;
        int64_t wait_ms;
    } cases[] = {
        {KUBE_DONE, 5000},   {KUBE_NOT_FOUND, 5000}, {KUBE_CONFLICT, 200},
        {KUBE_REFUSED, 200}, {KUBE_UNKNOWN, 200},    {KUBE_NOT_SENT, 200},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_stage struct stage stage;
        const struct errand errand = {.kind = ERRAND_STOP, .subject = (char *)"pod"};
        const struct kube_answer answer = {.outcome = cases[i].outcome, .message = "because"};
        stage_init(&stage);
        put_running(&stage);
        put_record(&stage.scene, "pod", "", GOES("Preempted"));
        expect_sent(&stage, "pod", "stop");
        eviction_stop_note_answer(&stage.evictions, &errand, &answer, NOW_MS);
        struct workload *workload = scene_workload(&stage.scene, "pod");
        cr_expect_not(workload->is_stop_in_flight);
        cr_expect_eq(workload->stop_retry_at_ms, NOW_MS + cases[i].wait_ms, "case %zu", i);
        expect_sent(&stage, "pod", "");
        evictions_update(&stage.evictions, workload, NOW_MS + cases[i].wait_ms);
        auto_free char *sent = take_sent(&stage);
        cr_expect_str_eq(sent, "stop");
    }
}

Test(evictions, act_again_on_a_newer_version_without_a_pause)
{
    static const struct {
        enum kube_outcome outcome;
        const char *expected;
    } cases[] = {{KUBE_DONE, "stop"}, {KUBE_CONFLICT, "stop"}, {KUBE_REFUSED, ""}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_stage struct stage stage;
        const struct errand errand = {.kind = ERRAND_STOP, .subject = (char *)"pod"};
        const struct kube_answer answer = {.outcome = cases[i].outcome};
        stage_init(&stage);
        put_running(&stage);
        put_record(&stage.scene, "pod", "", GOES("Preempted"));
        expect_sent(&stage, "pod", "stop");
        eviction_stop_note_answer(&stage.evictions, &errand, &answer, NOW_MS);
        expect_sent(&stage, "pod", "");
        put_running(&stage);
        expect_sent(&stage, "pod", cases[i].expected);
    }
}

Test(evictions, look_again_when_a_limit_runs_out)
{
    auto_stage struct stage stage;

    stage_init(&stage);
    put_running(&stage);
    put_record(&stage.scene, "pod", ", maximumExecutionTimeSeconds: 2000000000", HOLDS);
    expect_sent(&stage, "pod", "");
    struct workload *workload = scene_workload(&stage.scene, "pod");
    cr_expect_eq(workload->look_again_at_us, THEN_US + 2000000000LL * SECOND_US);
    evictions_tick(&stage.evictions, workload->look_again_at_us - 1);
    cr_expect_not(workload->is_dirty);
    evictions_tick(&stage.evictions, workload->look_again_at_us);
    cr_expect(workload->is_dirty);
}

Test(evictions, look_again_at_the_end_of_a_backoff)
{
    auto_stage struct stage stage;

    stage_init(&stage);
    scene_put_job(&stage.scene, &(struct subject){.name = "job", .gpus = 1, .is_waiting = true});
    put_record(&stage.scene, "job", "", "requeueState: {count: 1, requeueAt: \"" THEN "\"}");
    expect_sent(&stage, "job", "");
    cr_expect_eq(scene_workload(&stage.scene, "job")->look_again_at_us, THEN_US);
}

Test(evictions, forget_what_was_not_stored_when_another_leads)
{
    auto_stage struct stage stage;

    stage_init(&stage);
    put_running(&stage);
    put_record(&stage.scene, "pod", "", HOLDS);
    scene_refresh(&stage.scene);
    struct workload *workload = scene_workload(&stage.scene, "pod");
    evictions_preempt(&stage.evictions, workload, PREEMPTION_IN_CLUSTER_QUEUE, workload);
    workload->is_stop_in_flight = true;
    evictions_end(&stage.evictions);
    cr_expect_null(workload->preemption);
    cr_expect_not(workload->is_stop_in_flight);
}
