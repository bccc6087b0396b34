/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/publisher.h"

#include "base/metrics.h"
#include "tests/unit/cluster/scene.h"

static bool has_series(const char *series)
{
    auto_text struct text text = {0};

    metrics_format(&text);
    return strstr(text.bytes, series) != NULL;
}

static void start(struct scene *scene, struct snapshot_slot *slot)
{
    const struct uid_set *nobody = memory_allocate(sizeof *nobody);

    scene_init(scene, "StrictFIFO", 8, 8);
    scene_put_pod(scene, &(struct subject){.name = "huge", .gpus = 9, .is_waiting = true});
    scene_refresh(scene);
    snapshot_slot_init(
        slot, snapshot_create(scene->cluster->configuration, scene->cluster->directory, nobody));
    uid_set_unref(nobody);
}

Test(publisher, tells_how_full_each_queue_is)
{
    auto_scene struct scene scene;
    struct snapshot_slot slot;

    start(&scene, &slot);
    struct publisher publisher = {.slot = &slot, .username = "us"};
    publisher_publish(&publisher, scene.cluster);
    const struct snapshot *snapshot = snapshot_slot_get(&slot);
    const struct queue_state *state = snapshot_find_queue(snapshot, "main");
    cr_assert_not_null(state);
    cr_expect_eq(state->waiting_count, 1);
    cr_expect_str_eq(snapshot->username, "us");
    snapshot_unref(snapshot);
    snapshot_slot_release(&slot);
}

Test(publisher, has_no_series_of_a_queue_that_is_gone)
{
    auto_scene struct scene scene;
    struct snapshot_slot slot;

    start(&scene, &slot);
    struct publisher publisher = {.slot = &slot};
    publisher_publish(&publisher, scene.cluster);
    cr_expect(has_series("gpuaas_waiting_workloads{cluster_queue=\"main\"} 1\n"));
    scene_remove(&scene, RESOURCE_CLUSTER_QUEUE, "main");
    scene_refresh(&scene);
    publisher_publish(&publisher, scene.cluster);
    cr_expect_not(has_series("cluster_queue=\"main\""));
    snapshot_slot_release(&slot);
}
