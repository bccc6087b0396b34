/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <criterion/criterion.h>

#include "base/text.h"
#include "policy/rules/flavors.h"
#include "tests/unit/policy/yaml_text.h"

/* A configuration, a queue and the flavors of a cluster, made from YAML; valid when zeroed. */
struct world {
    struct configuration *configuration;
    struct cluster_queue *queue;
    struct flavor_list flavors;
    struct flavor_rules rules;
};

static inline void world_add_flavor(struct world *world, const char *name, const char *spec)
{
    struct resource_flavor *flavor = NULL;
    json_auto_t *object =
        json_pack("{s:{s:s}, s:o}", "metadata", "name", name, "spec", yaml_text(spec));

    cr_assert(resource_flavor_decode(object, NULL, &flavor));
    array_append(&world->flavors, flavor);
}

static inline void world_set_queue(struct world *world, const char *spec)
{
    json_auto_t *object =
        json_pack("{s:{s:s}, s:o}", "metadata", "name", "main", "spec", yaml_text(spec));

    cluster_queue_destroy(world->queue);
    world->queue = NULL;
    cr_assert(cluster_queue_decode(object, NULL, &world->queue));
    if (world->configuration == NULL) {
        cr_assert(configuration_decode(NULL, NULL, &world->configuration));
    }
    world->rules = (struct flavor_rules){world->configuration, world->queue, &world->flavors};
}

static inline void world_release(struct world *world)
{
    array_for_each(flavor, &world->flavors) {
        resource_flavor_unref(*flavor);
    }
    array_release(&world->flavors);
    cluster_queue_destroy(world->queue);
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
