/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "tests/unit/cluster/scene.h"
#include "webhook/cluster/occupancy.h"

#define POD(name, version, more)                                                                   \
    "{metadata: {name: " name ", uid: " name ", namespace: team, resourceVersion: \"" version      \
    "\", annotations: {gpuaas.dev/arrival: \"1\"}}, spec: {" more                                  \
    "containers: [{resources: {limits: {nvidia.com/gpu: 2}}}]}}"

static int64_t used_on(struct scene *scene, const char *node)
{
    const struct placement *placement =
        occupancy_get_placement(&scene->cluster->occupancy, &scene->cluster->cache);
    int number = placement_find_node(placement, node);

    return number >= 0 ? resources_get(&placement->nodes.items[number].used, GPU) : -1;
}

Test(occupancy, counts_each_bound_pod_once_until_it_is_gone)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 4, 4);
    scene_put_text(&scene, RESOURCE_POD, POD("one", "10", ""));
    cr_expect_eq(used_on(&scene, "node-a"), 0);
    scene_put_text(&scene, RESOURCE_POD, POD("one", "11", "nodeName: node-a, "));
    cr_expect_eq(used_on(&scene, "node-a"), 2);
    scene_put_text(&scene, RESOURCE_POD, POD("one", "12", "nodeName: node-a, "));
    cr_expect_eq(used_on(&scene, "node-a"), 2);
    cr_expect_eq(used_on(&scene, "node-h"), 0);
    scene_remove(&scene, RESOURCE_POD, "one");
    cr_expect_eq(used_on(&scene, "node-a"), 0);
}

Test(occupancy, keeps_what_stands_on_a_node_that_changes_or_comes_later)
{
    auto_scene struct scene scene;

    scene_init(&scene, "StrictFIFO", 4, 4);
    scene_put_text(&scene, RESOURCE_POD, POD("one", "11", "nodeName: late, "));
    cr_expect_eq(used_on(&scene, "late"), -1);
    scene_put_text(&scene, RESOURCE_NODE, "{metadata: {name: late, labels: {gpu: a100}}}");
    cr_expect_eq(used_on(&scene, "late"), 2);
    scene_put_text(&scene, RESOURCE_NODE, "{metadata: {name: late, labels: {gpu: h100}}}");
    cr_expect_eq(used_on(&scene, "late"), 2);
    scene_remove(&scene, RESOURCE_POD, "one");
    cr_expect_eq(used_on(&scene, "late"), 0);
}
