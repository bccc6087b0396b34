/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/policy/rules/pass_trial.h"

/* What starts on a node, by resource. */
struct node_load {
    wide_amount amounts[RESOURCES_MAX];
};

static bool lets_in(const struct placement_node *node, const struct pod_set *set,
                    const struct resource_flavor *flavor)
{
    const char *pool = string_map_find(&node->labels, RANDOM_LABEL);
    const char *wanted = string_map_find(&flavor->node_labels, RANDOM_LABEL);
    const char *selected = string_map_find(&set->spec.node_selector, RANDOM_LABEL);

    return node->is_ready && (wanted == NULL || text_equal(wanted, pool)) &&
           (selected == NULL || text_equal(selected, pool)) &&
           (node->taints.count == 0 || set->spec.tolerations.count > 0);
}

static void check_place(const struct pass_trial *trial, const struct assigned_place *place,
                        struct node_load *loads)
{
    const struct placement_node_list *nodes = &trial->places_before.nodes;
    int64_t count = 0;

    array_for_each(pick, &place->picks) {
        fuzz_expect(pick->node >= 0 && pick->node < (int)nodes->count && pick->count > 0,
                    "%lld pods on node %d", (long long)pick->count, pick->node);
        const struct placement_node *node = &nodes->items[pick->node];
        fuzz_expect(lets_in(node, place->set, place->flavor), "pods of flavor %s on node %s",
                    place->flavor->name, node->name);
        for (size_t i = 0; i < RESOURCES_MAX; i++) {
            loads[pick->node].amounts[i] +=
                (wide_amount)pick->count *
                resources_get(&place->set->requests, random_resources[i]);
        }
        count += pick->count;
    }
    fuzz_expect(count == place->count, "%lld of %lld pods have a place", (long long)count,
                (long long)place->count);
}

/* Every pod set that is counted on a flavor has a place there for all of its pods. */
static void check_candidate(const struct pass_trial *trial, const struct candidate_line *line,
                            const struct candidate *candidate, struct node_load *loads)
{
    size_t placed_count = 0;

    array_for_each(place, &candidate->places) {
        check_place(trial, place, loads);
    }
    if (!pass_trial_counts_places(trial, line)) {
        fuzz_expect(candidate->places.count == 0, "places, where they do not count");
        return;
    }
    array_for_each(set, &candidate->admission->pod_sets) {
        placed_count += set->assignments.count > 0 ? 1 : 0;
    }
    fuzz_expect(candidate->places.count == placed_count, "%zu of %zu pod sets have places",
                candidate->places.count, placed_count);
}

static void check_node(const struct pass_trial *trial, size_t number, const struct node_load *load)
{
    const struct placement_node *before = &trial->places_before.nodes.items[number];
    const struct placement_node *after = &trial->pass->placement->nodes.items[number];

    for (size_t i = 0; i < RESOURCES_MAX; i++) {
        const char *resource = random_resources[i];
        bool is_unlimited =
            text_equal(resource, RESOURCE_CPU) && !resources_has(&before->allocatable, resource);
        if (is_unlimited) {
            continue; /* a node that does not say how much it has */
        }
        wide_amount used = resources_get(&before->used, resource) + load->amounts[i];
        fuzz_expect(used == resources_get(&after->used, resource),
                    "%lld of %s on %s, booked with %lld", (long long)used, resource, before->name,
                    (long long)resources_get(&after->used, resource));
        fuzz_expect(load->amounts[i] == 0 || used <= resources_get(&before->allocatable, resource),
                    "%lld of %s on %s, which has %lld", (long long)used, resource, before->name,
                    (long long)resources_get(&before->allocatable, resource));
    }
}

void check_places(const struct pass_trial *trial)
{
    struct node_load loads[NODES_MAX] = {0};

    array_for_each(line, &trial->pass->lines) {
        array_for_each(candidate, &line->candidates) {
            if (candidate->admission != NULL) {
                check_candidate(trial, line, candidate, loads);
            }
        }
    }
    for (size_t i = 0; i < trial->places_before.nodes.count; i++) {
        check_node(trial, i, &loads[i]);
    }
}
