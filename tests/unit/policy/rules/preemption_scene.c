/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/policy/rules/preemption_scene.h"

#include <criterion/criterion.h>

#define FLAVOR "a100"
#define RESOURCE "nvidia.com/gpu"

/* A scene that is set up. */
struct preemption_stage {
    struct quota_draft draft;
    struct quota_forest *forest;
    struct quota_usage usage;
    struct holder_list holders;
    struct placement placement;
};

static void stage_add_queue(struct preemption_stage *stage, const struct scene_queue *row,
                            const struct preemption_rules *rules)
{
    struct cluster_queue *queue = draft_queue(&stage->draft, row->name, row->cohort);

    queue->fair_weight_milli = row->weight_milli != 0 ? row->weight_milli : 1000;
    draft_quota(&queue->resource_groups, FLAVOR, RESOURCE, row->gpus,
                row->borrowing != 0 ? row->borrowing : UNSET, UNSET);
    if (stage->draft.queues.count == 1) {
        queue->preemption = *rules;
    }
}

static void stage_add_queues(struct preemption_stage *stage, const struct preemption_scene *scene)
{
    static const struct scene_queue usual[SCENE_QUEUES] = {
        {"a", "team", 4, 0, 0}, {"b", "team", 4, 0, 0}, {"c", "team", 4, 0, 0}};
    const struct scene_queue *queues = scene->queues[0].name != NULL ? scene->queues : usual;

    for (size_t i = 0; i < SCENE_QUEUES && queues[i].name != NULL; i++) {
        stage_add_queue(stage, &queues[i], &scene->rules);
    }
    draft_cohort(&stage->draft, "left", "root");
    draft_cohort(&stage->draft, "right", "root");
}

static int stage_node(const struct preemption_stage *stage, const char *queue)
{
    const struct quota_leaf *leaf = quota_forest_find(stage->forest, queue);

    cr_assert_not_null(leaf, "no ClusterQueue '%s'", queue);
    return leaf->node;
}

static void stage_add_holder(struct preemption_stage *stage, const struct scene_holder *row,
                             bool has_nodes)
{
    struct holder holder = {
        .uid = row->uid,
        .name = row->uid,
        .node = stage_node(stage, row->queue),
        .order = {row->priority, row->arrival_us, row->uid},
        .admitted_us = row->admitted_us,
        .is_leaving = row->is_leaving,
        .is_protected = row->is_protected,
    };

    quota_amounts_add(&holder.amounts, 0, row->gpus);
    quota_usage_add(&stage->usage, holder.node, &holder.amounts);
    if (has_nodes && row->node != 0) {
        struct holder_place place = {0};
        array_append(&place.picks, ((struct placement_pick){row->node - 1, 1}));
        resources_set(&place.requests, RESOURCE, row->gpus);
        placement_take(&stage->placement, &place.picks, &place.requests);
        array_append(&holder.places, place);
    }
    array_append(&stage->holders, holder);
}

static void stage_add_node(struct preemption_stage *stage, int64_t gpus)
{
    static const struct string_map no_labels;
    auto_resources struct resources allocatable = {0};
    auto_free char *name = text_format("node-%zu", stage->placement.nodes.count + 1);

    resources_set(&allocatable, RESOURCE, gpus);
    placement_add_node(&stage->placement, name, &no_labels, NULL, true, &allocatable);
}

static void preemption_stage_init(struct preemption_stage *stage,
                                  const struct preemption_scene *scene)
{
    stage_add_queues(stage, scene);
    stage->forest = draft_forest(&stage->draft);
    const struct quota_leaf *leaf =
        quota_forest_find(stage->forest, stage->draft.queues.items[0]->name);
    quota_usage_init(&stage->usage, stage->forest->trees.items[leaf->tree]);
    for (size_t i = 0; i < SCENE_NODES && scene->node_gpus[i] > 0; i++) {
        stage_add_node(stage, scene->node_gpus[i]);
    }
    for (size_t i = 0; i < SCENE_HOLDERS && scene->holders[i].uid != NULL; i++) {
        stage_add_holder(stage, &scene->holders[i], scene->node_gpus[0] > 0);
    }
}

static void preemption_stage_release(struct preemption_stage *stage)
{
    holder_list_release(&stage->holders);
    placement_release(&stage->placement);
    quota_usage_release(&stage->usage);
    quota_forest_unref(stage->forest);
    quota_draft_release(&stage->draft);
}

/* The victims as text, or NULL. Owned. */
static char *scene_format_victims(const struct preemption_stage *stage,
                                  const struct victim_list *victims)
{
    static const char letters[] = {
        [PREEMPTION_IN_CLUSTER_QUEUE] = 'q',
        [PREEMPTION_IN_COHORT_RECLAMATION] = 'r',
        [PREEMPTION_IN_COHORT_FAIR_SHARING] = 'f',
        [PREEMPTION_IN_COHORT_RECLAIM_WHILE_BORROWING] = 'b',
    };
    struct text text = {0};

    array_for_each(victim, victims) {
        text_append_format(&text, "%s%s:%c", victim == victims->items ? "" : " ",
                           stage->holders.items[victim->holder].uid, letters[victim->reason]);
    }
    return text_take(&text);
}

/* Plays the scene; the victims as text, or NULL if no set was found. Owned. */
static char *scene_play(const struct preemption_scene *scene)
{
    char flavor_name[] = FLAVOR;
    const struct resource_flavor flavor = {.name = flavor_name};
    struct preemption_stage stage = {0};
    struct quota_amounts amounts = {0};
    struct preemption_places places = {0};
    struct victim_list victims = {0};
    struct pod_set set = {.count = scene->pods != 0 ? scene->pods : 1};
    char *found = NULL;

    preemption_stage_init(&stage, scene);
    quota_amounts_add(&amounts, 0, scene->gpus * set.count);
    resources_set(&set.requests, RESOURCE, scene->gpus);
    array_append(&places, ((struct preemption_place){&flavor, &set, set.count}));
    const struct preemption_state state = {
        .usage = &stage.usage,
        .placement = scene->node_gpus[0] > 0 ? &stage.placement : NULL,
        .holders = &stage.holders,
        .is_fair_sharing = scene->is_fair_sharing,
    };
    const struct preemptor preemptor = {
        .node = stage_node(&stage, stage.draft.queues.items[0]->name),
        .order = {scene->priority, scene->arrival_us, "new"},
        .amounts = &amounts,
        .places = &places,
    };
    if (preemption_find_victims(&state, &preemptor, &victims)) {
        found = scene_format_victims(&stage, &victims);
    } else {
        cr_assert_eq(victims.count, 0);
    }
    array_release(&victims);
    array_release(&places);
    array_release(&amounts);
    resources_release(&set.requests);
    preemption_stage_release(&stage);
    return found;
}

void scene_expect(const struct preemption_scene *scene)
{
    auto_free char *found = scene_play(scene);

    cr_assert(text_equal(found, scene->victims), "%s: %s instead of %s", scene->name,
              found != NULL ? found : "nobody", scene->victims != NULL ? scene->victims : "nobody");
}
