/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/record_object.h"

#include "tests/unit/cluster/scene.h"
#include "webhook/kinds/names.h"

static const char *text_at(const json_t *json, const char *outer, const char *field)
{
    return json_string_value(json_object_get(json_object_get(json, outer), field));
}

static json_t *new_record(const struct scene *scene, const char *uid)
{
    const struct workload *workload = scene_workload(scene, uid);
    const struct object *asks = workload_find_waiting(workload, &scene->cluster->grants);
    auto_free char *text =
        record_object_format_new(workload, asks != NULL ? asks : workload->owner);
    json_t *json = json_loads(text, 0, NULL);

    cr_assert_not_null(json);
    return json;
}

Test(record_object, says_what_its_owner_asks_for)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_job(
        &scene,
        &(struct subject){
            .name = "job", .gpus = 2, .parallelism = 3, .is_waiting = true, .arrival_us = 77});
    scene_refresh(&scene);
    json_auto_t *json = new_record(&scene, "job");
    json_object_set_new(json_object_get(json, "metadata"), "uid", json_string("record"));
    struct workload_object *record = NULL;
    cr_assert(workload_object_decode(json, &record, NULL));
    const struct object *job = cluster_find_object(scene.cluster, &kind_job, "job");
    cr_expect_str_eq(record->owner_uid, "job");
    cr_expect_str_eq(record->namespace_name, "team");
    cr_expect_str_eq(record->queue_name, "research");
    cr_expect_eq(record->arrival_us, 77);
    cr_expect(record->is_active);
    cr_expect_eq(record->pod_sets.items[0].count, 3);
    cr_expect(
        resources_equal(&record->pod_sets.items[0].requests, &job->pod_sets.items[0].requests));
    cr_expect_eq(record->shape, job->shape);
    workload_object_destroy(record);
}

Test(record_object, has_a_name_that_any_owner_may_lend)
{
    char longest[254];
    const char *const names[] = {"a", "UPPER.case", longest};

    memset(longest, 'x', 253);
    longest[253] = '\0';
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        auto_scene struct scene scene;
        scene_init(&scene, "StrictFIFO", 8, 8);
        scene_put_pod(&scene, &(struct subject){.name = names[i], .gpus = 1, .is_waiting = true});
        scene_refresh(&scene);
        json_auto_t *json = new_record(&scene, names[i]);
        const char *name = object_metadata_text(json, "name");
        cr_expect_leq(strlen(name), 253);
        cr_expect(text_starts_with(name, "pod-"));
        cr_expect_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-."), strlen(name));
        cr_expect_eq(object_label(json, LABEL_JOB_NAME) != NULL, strlen(names[i]) <= 63);
    }
}

Test(record_object, tells_equal_names_apart)
{
    auto_scene struct scene scene;
    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_text(&scene, RESOURCE_POD,
                   "{metadata: {name: same, uid: one, namespace: team, resourceVersion: \"1\", "
                   "labels: {kueue.x-k8s.io/queue-name: research}}}");
    scene_put_text(&scene, RESOURCE_POD,
                   "{metadata: {name: same, uid: two, namespace: team, resourceVersion: \"1\", "
                   "labels: {kueue.x-k8s.io/queue-name: research}}}");
    scene_refresh(&scene);
    json_auto_t *one = new_record(&scene, "one");
    json_auto_t *two = new_record(&scene, "two");
    cr_expect_str_neq(object_metadata_text(one, "name"), object_metadata_text(two, "name"));
}

Test(record_object, has_the_conditions_of_its_state)
{
    static const struct {
        struct subject pod;
        bool is_start_stored;
        const char *type;
        bool is_true;
        const char *reason; /* NULL: there is no such condition */
    } cases[] = {
        {{.gpus = 1, .is_waiting = true}, false, "QuotaReserved", false, "Pending"},
        {{.gpus = 1, .is_waiting = true}, false, "Admitted", false, "NoReservation"},
        {{.gpus = 1, .is_waiting = true, .queue = "x"},
         false,
         "QuotaReserved",
         false,
         "Inadmissible"},
        {{.gpus = 1, .holds_as = "pod"}, true, "QuotaReserved", true, "QuotaReserved"},
        {{.gpus = 1, .holds_as = "pod"}, true, "Admitted", true, "Admitted"},
        {{.gpus = 1, .holds_as = "pod"}, false, "Admitted", false, NULL},
        {{.gpus = 1, .phase = "Succeeded"}, true, "Finished", true, "Succeeded"},
        {{.gpus = 1, .phase = "Failed"}, true, "Finished", true, "Failed"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_scene struct scene scene;
        struct condition_list conditions = {0};
        struct subject pod = cases[i].pod;
        pod.name = "pod";
        scene_init(&scene, "StrictFIFO", 8, 8);
        scene_put_pod(&scene, &pod);
        scene_refresh(&scene);
        record_object_set_conditions(scene_workload(&scene, "pod"), cases[i].is_start_stored, 9,
                                     &conditions);
        const struct condition *condition = condition_list_find(&conditions, cases[i].type);
        cr_assert_eq(condition != NULL, cases[i].reason != NULL, "case %zu", i);
        if (condition != NULL) {
            cr_expect_eq(condition->is_true, cases[i].is_true, "case %zu", i);
            cr_expect_str_eq(condition->reason, cases[i].reason);
            cr_expect_eq(condition->changed_us, 9);
        }
        condition_list_release(&conditions);
    }
}

Test(record_object, writes_its_status_for_one_version_only)
{
    const struct workload_object record = {.namespace_name = (char *)"team",
                                           .name = (char *)"pod-a",
                                           .uid = (char *)"record",
                                           .resource_version = 12};
    struct condition_list conditions = {0};
    auto_admission struct admission *admission = make_admission("pod", "a100", 2, 3);
    auto_free char *text = record_object_format_status(&record, &conditions, admission);
    json_auto_t *json = json_loads(text, 0, NULL);
    auto_admission struct admission *read = NULL;

    cr_expect_str_eq(text_at(json, "metadata", "uid"), "record");
    cr_expect_str_eq(text_at(json, "metadata", "resourceVersion"), "12");
    cr_assert(admission_decode_status(json_object_get(json_object_get(json, "status"), "admission"),
                                      &read, NULL));
    cr_expect_eq(read->pod_sets.items[0].count, 2);
    cr_expect_eq(read->pod_sets.items[0].assignments.items[0].amount, 3);
    auto_free char *path = record_object_status_path(&record);
    cr_expect_str_eq(path, "/apis/kueue.x-k8s.io/v1beta1/namespaces/team/workloads/pod-a/status");
}

Test(record_object, takes_an_admission_away_by_name)
{
    const struct workload_object record = {.uid = (char *)"record", .resource_version = 12};
    struct condition_list conditions = {0};
    auto_free char *text = record_object_format_status(&record, &conditions, NULL);
    json_auto_t *json = json_loads(text, 0, NULL);

    cr_expect(json_is_null(json_object_get(json_object_get(json, "status"), "admission")));
}

Test(record_object, is_deleted_by_uid)
{
    const struct workload_object record = {.uid = (char *)"record"};
    auto_free char *text = record_object_format_delete(&record);
    json_auto_t *json = json_loads(text, 0, NULL);

    cr_expect_str_eq(text_at(json, "preconditions", "uid"), "record");
}

Test(record_object, tells_in_an_event_who_waits_where)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_pod(&scene, &(struct subject){.name = "pod", .gpus = 1, .is_waiting = true});
    scene_refresh(&scene);
    struct workload *workload = scene_workload(&scene, "pod");
    verdict_set(&workload->verdict, VERDICT_WAITS, "no GPU is free", NULL);
    auto_free char *text = record_object_format_event(workload, 3, 1700000000000000);
    json_auto_t *json = json_loads(text, 0, NULL);
    cr_expect_str_eq(json_string_value(json_object_get(json, "message")),
                     "Queued in research at position 3: no GPU is free");
    cr_expect_str_eq(json_string_value(json_object_get(json, "reason")), "Queued");
    cr_expect_str_eq(json_string_value(json_object_get(json, "type")), "Normal");
    cr_expect_str_eq(text_at(json, "involvedObject", "uid"), "pod");
}
