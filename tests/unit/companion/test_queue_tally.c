/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/queue_tally.h"

#include "tests/unit/cluster/scene.h"

Test(queue_tally, counts_what_waits_and_what_holds)
{
    auto_scene struct scene scene;
    struct queue_tallies tallies;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_pod(&scene, &(struct subject){.name = "waits", .gpus = 1, .is_waiting = true});
    scene_put_pod(
        &scene, &(struct subject){.name = "stuck", .gpus = 1, .is_waiting = true, .queue = "gone"});
    scene_put_pod(&scene, &(struct subject){.name = "holds", .gpus = 2, .holds_as = "holds"});
    scene_put_pod(&scene, &(struct subject){
                              .name = "done", .gpus = 4, .holds_as = "done", .phase = "Failed"});
    scene_put_pod(&scene, &(struct subject){.name = "told", .gpus = 1, .holds_as = "told"});
    scene_put_record(&scene, "told", 1, 1);
    scene_refresh(&scene);
    queue_tallies_count(scene.cluster, &tallies);

    const struct queue_tally *main = queue_tally_find(tallies.cluster_queues, "main");
    cr_assert_not_null(main);
    cr_expect_eq(main->pending, 1);
    cr_expect_eq(main->reserving, 2);
    cr_expect_eq(main->admitted, 1);
    const struct queue_tally *research = queue_tally_find(tallies.local_queues, "team/research");
    cr_assert_not_null(research);
    cr_expect_eq(research->pending, 1);
    cr_expect_eq(research->reserving, 2);
    cr_expect_eq(usage_get(&research->reserved, "a100", GPU), 3);
    cr_expect_eq(usage_get(&research->unadmitted, "a100", GPU), 2);
    cr_expect_eq(usage_get(&main->unadmitted, "a100", GPU), 2);
    cr_expect_null(queue_tally_find(tallies.local_queues, "team/gone"));
    queue_tallies_release(&tallies);
}
