/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/record_event.h"

#include "tests/unit/companion/record_text.h"

static const char *text_at(const json_t *json, const char *outer, const char *field)
{
    return json_string_value(json_object_get(json_object_get(json, outer), field));
}

static void expect_event(char *text, const char *type, const char *reason, const char *message)
{
    json_auto_t *json = json_loads(text, 0, NULL);

    cr_expect_str_eq(json_string_value(json_object_get(json, "type")), type);
    cr_expect_str_eq(json_string_value(json_object_get(json, "reason")), reason);
    cr_expect_str_eq(json_string_value(json_object_get(json, "message")), message);
    cr_expect_str_eq(text_at(json, "involvedObject", "uid"), "pod");
    free(text);
}

Test(record_event, tells_that_somebody_waits)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_pod(&scene, &(struct subject){.name = "pod", .gpus = 1, .is_waiting = true});
    scene_refresh(&scene);
    struct workload *workload = scene_workload(&scene, "pod");
    verdict_set(&workload->verdict, VERDICT_WAITS, "WaitingForQuota", "no GPU is free", NULL);
    expect_event(record_event_format_waiting(workload, "no GPU is free", THEN_US), "Normal",
                 "Queued", "no GPU is free");
    verdict_set(&workload->verdict, VERDICT_INADMISSIBLE, "NoMatchingFlavor", "never", NULL);
    expect_event(record_event_format_waiting(workload, "never", THEN_US), "Warning", "Inadmissible",
                 "never");
}

Test(record_event, tells_why_somebody_goes)
{
    auto_scene struct scene scene;
    const struct condition evicted = {.reason = (char *)"Preempted", .message = (char *)"go"};

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_pod(&scene, &(struct subject){.name = "pod", .gpus = 1, .holds_as = "pod"});
    scene_refresh(&scene);
    const struct workload *workload = scene_workload(&scene, "pod");
    expect_event(record_event_format_evicted(workload, &evicted, THEN_US), "Normal",
                 "EvictedDueToPreempted", "go");
    auto_free char *path = record_event_path(workload);
    cr_expect_str_eq(path, "/api/v1/namespaces/team/events");
}
