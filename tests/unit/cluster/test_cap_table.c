/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/cap_table.h"

#include "tests/unit/cluster/scene.h"

static struct gpu_caps read_caps(struct scene *scene)
{
    struct gpu_caps caps;

    scene_put_pod(scene, &(struct subject){.name = "holds", .gpus = 3, .holds_as = "holds"});
    scene_put_pod(scene, &(struct subject){.name = "waits", .gpus = 1, .is_waiting = true});
    scene_refresh(scene);
    cap_table_read(scene->cluster, &caps);
    return caps;
}

Test(cap_table, counts_what_the_local_queue_holds_against_its_cap)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    scene_put_text(&scene, RESOURCE_LOCAL_QUEUE,
                   "{metadata: {name: research, namespace: team, uid: research, generation: 2, "
                   "annotations: {gpuaas.dev/max-gpus: \"4\"}}, spec: {clusterQueue: main}}");
    struct gpu_caps caps = read_caps(&scene);
    const struct gpu_cap *cap = cap_table_find_queue(&caps, scene_workload(&scene, "waits"));
    cr_assert_not_null(cap);
    cr_expect_eq(cap->limit, 4);
    cr_expect_eq(cap->held, 3);
    cr_expect_str_eq(cap->subject, "LocalQueue research");
    cr_expect_null(cap_table_find_user(&caps, scene.cluster, scene_workload(&scene, "waits")));
    gpu_caps_release(&caps);
}

Test(cap_table, has_no_cap_where_nobody_has_a_limit)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 8, 8);
    struct gpu_caps caps = read_caps(&scene);
    cr_expect_null(cap_table_find_queue(&caps, scene_workload(&scene, "waits")));
    cr_expect_null(caps.by_key);
    gpu_caps_release(&caps);
}
