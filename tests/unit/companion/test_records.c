/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/records.h"

#include "tests/unit/companion/record_text.h"

Test(records, keep_a_reservation_until_it_is_read_from_the_record)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_job(&scene, &(struct subject){.name = "job", .gpus = 1, .is_waiting = true});
    put_record(&scene, "job", "", "");
    scene_refresh(&scene);
    struct records records = {.cluster = scene.cluster};
    struct workload *workload = scene_workload(&scene, "job");
    records_reserve_take(&records, workload, make_admission("job", "a100", 1, 1));
    scene_refresh(&scene);
    cr_expect_not_null(workload->reservation);
    cr_expect_eq(scene_used(&scene, "a100"), 1, "it counts at once");
    workload->is_record_in_flight = true;
    put_record(&scene, "job", "",
               ADMISSION ", conditions: [" RESERVED
                         ", " CONDITION("Admitted", "False", "UnsatisfiedAdmissionChecks", "") "]");
    records_update(&records, workload, 1);
    cr_expect_null(workload->reservation);
    scene_refresh(&scene);
    cr_expect_eq(scene_used(&scene, "a100"), 1);
    cr_expect_eq(workload->state, WORKLOAD_ADMITTED);
}

Test(records, forget_the_reservation_of_what_does_not_wait_any_more)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_job(&scene, &(struct subject){.name = "job", .gpus = 1, .is_waiting = true});
    scene_refresh(&scene);
    struct records records = {.cluster = scene.cluster};
    struct workload *workload = scene_workload(&scene, "job");
    records_reserve_take(&records, workload, make_admission("job", "a100", 1, 1));
    scene_put_job(&scene, &(struct subject){.name = "job", .gpus = 1, .condition = "Failed"});
    workload->is_record_in_flight = true;
    records_update(&records, workload, 1);
    cr_expect_null(workload->reservation);
}
