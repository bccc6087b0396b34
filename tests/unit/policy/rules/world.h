/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <criterion/criterion.h>

#include "base/text.h"
#include "policy/rules/flavors.h"
#include "tests/unit/policy/yaml_text.h"

/* A configuration, queues and cohorts, and the flavors of a cluster, made from YAML; valid when
 * zeroed. */
struct world {
    struct configuration *configuration;
    struct flavor_list flavors;
    struct cluster_queue_list queues;
    struct cohort_list cohorts;
    struct flavor_rules rules; /* of the queue added last */
    struct quota_forest *forest;
    struct quota_usage usage; /* of the first tree */
    struct holder_list holders;
};

static inline json_t *world_object(const char *name, const char *spec)
{
    return json_pack("{s:{s:s}, s:o}", "metadata", "name", name, "spec", yaml_text(spec));
}

static inline void world_set_configuration(struct world *world, const char *fields)
{
    json_auto_t *object = yaml_text(fields);

    configuration_destroy(world->configuration);
    world->configuration = NULL;
    json_object_set_new(object, "apiVersion", json_string(CONFIGURATION_API_VERSION));
    json_object_set_new(object, "kind", json_string(CONFIGURATION_KIND));
    cr_assert(configuration_decode(object, NULL, &world->configuration));
    world->rules.configuration = world->configuration;
}

static inline void world_add_flavor(struct world *world, const char *name, const char *spec)
{
    struct resource_flavor *flavor = NULL;
    json_auto_t *object = world_object(name, spec);

    cr_assert(resource_flavor_decode(object, NULL, &flavor));
    array_append(&world->flavors, flavor);
}

static inline void world_plant(struct world *world)
{
    quota_usage_release(&world->usage);
    quota_forest_unref(world->forest);
    world->forest = quota_forest_create(&world->queues, &world->cohorts);
    quota_usage_init(&world->usage, world->forest->trees.items[0]);
}

/* Adds a ClusterQueue; whatever was used before is forgotten. */
static inline void world_add_queue(struct world *world, const char *name, const char *spec)
{
    struct cluster_queue *queue = NULL;
    json_auto_t *object = world_object(name, spec);

    cr_assert(cluster_queue_decode(object, NULL, &queue));
    array_append(&world->queues, queue);
    if (world->configuration == NULL) {
        cr_assert(configuration_decode(NULL, NULL, &world->configuration));
    }
    world->rules = (struct flavor_rules){world->configuration, queue, &world->flavors};
    world_plant(world);
}

static inline void world_add_cohort(struct world *world, const char *name, const char *spec)
{
    struct cohort *cohort = NULL;
    json_auto_t *object = world_object(name, spec);

    cr_assert(cohort_decode(object, NULL, &cohort));
    array_append(&world->cohorts, cohort);
}

static inline void world_remove_queues(struct world *world)
{
    array_for_each(queue, &world->queues) {
        cluster_queue_unref(*queue);
    }
    array_release(&world->queues);
}

/* Makes "main" the only ClusterQueue. */
static inline void world_set_queue(struct world *world, const char *spec)
{
    world_remove_queues(world);
    world_add_queue(world, "main", spec);
}

/* Where the ClusterQueue is in the first tree. */
static inline int world_node(const struct world *world, const char *queue)
{
    const struct quota_leaf *leaf = quota_forest_find(world->forest, queue);

    cr_assert_not_null(leaf);
    cr_assert_eq(leaf->tree, 0);
    return leaf->node;
}

static inline int world_cell(const struct world *world, const char *flavor, const char *resource)
{
    int cell = quota_tree_find_cell(world->usage.tree, flavor, resource);

    cr_assert_neq(cell, QUOTA_NO_CELL);
    return cell;
}

/* Lets the ClusterQueue hold so much more. */
static inline void world_use(struct world *world, const char *queue, const char *flavor,
                             const char *resource, int64_t amount)
{
    struct quota_amounts amounts = {0};

    quota_amounts_add(&amounts, world_cell(world, flavor, resource), amount);
    quota_usage_add(&world->usage, world_node(world, queue), &amounts);
    array_release(&amounts);
}

/* Lets a workload of the ClusterQueue hold so much. What is returned is valid until the next. */
static inline struct holder *world_hold(struct world *world, const char *queue, const char *uid,
                                        int64_t priority, const char *flavor, const char *resource,
                                        int64_t amount)
{
    struct holder holder = {
        .uid = uid,
        .name = uid,
        .node = world_node(world, queue),
        .order = {.priority = priority, .uid = uid},
    };

    quota_amounts_add(&holder.amounts, world_cell(world, flavor, resource), amount);
    quota_usage_add(&world->usage, holder.node, &holder.amounts);
    array_append(&world->holders, holder);
    return &world->holders.items[world->holders.count - 1];
}

static inline int64_t world_used(const struct world *world, const char *queue, const char *flavor,
                                 const char *resource)
{
    return quota_usage_get(&world->usage, world_node(world, queue),
                           world_cell(world, flavor, resource));
}

static inline void world_release(struct world *world)
{
    array_for_each(flavor, &world->flavors) {
        resource_flavor_unref(*flavor);
    }
    array_release(&world->flavors);
    holder_list_release(&world->holders);
    quota_usage_release(&world->usage);
    quota_forest_unref(world->forest);
    world_remove_queues(world);
    array_for_each(cohort, &world->cohorts) {
        cohort_unref(*cohort);
    }
    array_release(&world->cohorts);
    configuration_destroy(world->configuration);
}

static inline void add_pod_set(struct pod_set_list *list, const char *name, int64_t count,
                               const char *spec)
{
    struct error error = {0};
    json_auto_t *value = yaml_text(spec);

    cr_assert(pod_set_list_append_decoded(list, name, count, value, "spec", &error), "%s",
              error.message);
}
