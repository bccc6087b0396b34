/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/flavors_match.h"

#include <string.h>

#include "base/text.h"

static const struct taint *find_untolerated_taint(const struct resource_flavor *flavor,
                                                  const struct pod_spec *spec)
{
    array_for_each(taint, &flavor->node_taints) {
        bool is_tolerated = taint->effect == TAINT_EFFECT_PREFER_NO_SCHEDULE;
        array_for_each(toleration, &spec->tolerations) {
            is_tolerated = is_tolerated || toleration_covers_taint(toleration, taint);
        }
        array_for_each(toleration, &flavor->tolerations) {
            is_tolerated = is_tolerated || toleration_covers_taint(toleration, taint);
        }
        if (!is_tolerated) {
            return taint;
        }
    }
    return NULL;
}

/* A label key that no flavor of the group sets says nothing about flavors. */
static bool is_relevant_key(const struct flavor_rules *rules, const struct resource_group *group,
                            const char *key)
{
    array_for_each(quota, &group->flavors) {
        const struct resource_flavor *flavor = flavor_list_find(rules->flavors, quota->flavor);
        if (flavor != NULL && string_map_find(&flavor->node_labels, key) != NULL) {
            return true;
        }
    }
    return false;
}

static bool selector_matches(const struct flavor_rules *rules, const struct resource_group *group,
                             const struct resource_flavor *flavor, const struct pod_spec *spec)
{
    for (size_t i = 0; i < spec->node_selector.count; i++) {
        const struct string_pair *pair = &spec->node_selector.pairs[i];
        if (is_relevant_key(rules, group, pair->key) &&
            !text_equal(string_map_find(&flavor->node_labels, pair->key), pair->value)) {
            return false;
        }
    }
    return true;
}

/* One term of the affinity, without its requirements on keys that say nothing about flavors. */
static bool term_matches(const struct flavor_rules *rules, const struct resource_group *group,
                         const struct resource_flavor *flavor,
                         const struct label_requirement_list *term)
{
    struct label_requirement_list relevant = {0};

    array_for_each(requirement, term) {
        if (is_relevant_key(rules, group, requirement->key)) {
            array_append(&relevant, *requirement);
        }
    }
    bool is_match = label_requirements_match(&relevant, &flavor->node_labels);
    array_release(&relevant);
    return is_match;
}

static bool affinity_matches(const struct flavor_rules *rules, const struct resource_group *group,
                             const struct resource_flavor *flavor, const struct pod_spec *spec)
{
    if (spec->required_affinity.count == 0) {
        return true;
    }
    array_for_each(term, &spec->required_affinity) {
        if (term_matches(rules, group, flavor, term)) {
            return true;
        }
    }
    return false;
}

/* True if the flavor has quota for a managed resource: no place for pods that ask for none. */
static bool is_accelerated(const struct flavor_rules *rules, const struct flavor_quota *quota)
{
    for (size_t i = 0; i < quota->nominal.count; i++) {
        if (quota->nominal.items[i].amount > 0 &&
            configuration_manages(rules->configuration, quota->nominal.items[i].name)) {
            return true;
        }
    }
    return false;
}

static bool asks_managed(const struct configuration *configuration, const struct pod_set *set)
{
    for (size_t i = 0; i < set->requests.count; i++) {
        if (set->requests.items[i].amount > 0 &&
            configuration_manages(configuration, set->requests.items[i].name)) {
            return true;
        }
    }
    return false;
}

const struct resource_flavor *flavor_list_find(const struct flavor_list *list, const char *name)
{
    array_for_each(flavor, list) {
        if (strcmp((*flavor)->name, name) == 0) {
            return *flavor;
        }
    }
    return NULL;
}

bool flavors_group_serves(const struct resource_group *group, const struct pod_set *set)
{
    array_for_each(resource, &group->covered_resources) {
        if (resources_has(&set->requests, *resource)) {
            return true;
        }
    }
    return false;
}

bool flavors_group_serves_managed(const struct configuration *configuration,
                                  const struct resource_group *group, const struct pod_set *set)
{
    array_for_each(resource, &group->covered_resources) {
        if (resources_get(&set->requests, *resource) > 0 &&
            configuration_manages(configuration, *resource)) {
            return true;
        }
    }
    return false;
}

char *flavors_explain_mismatch(const struct flavor_rules *rules, const struct resource_group *group,
                               const struct flavor_quota *quota, const struct pod_set *set)
{
    const struct resource_flavor *flavor = flavor_list_find(rules->flavors, quota->flavor);

    if (flavor == NULL) {
        return text_format("flavor %s not found", quota->flavor);
    }
    const struct taint *taint = find_untolerated_taint(flavor, &set->spec);
    if (taint != NULL) {
        return text_format("untolerated taint {%s %s} in flavor %s", taint->key, taint->value,
                           flavor->name);
    }
    if (!selector_matches(rules, group, flavor, &set->spec) ||
        !affinity_matches(rules, group, flavor, &set->spec)) {
        return text_format("flavor %s doesn't match node affinity", flavor->name);
    }
    if (is_accelerated(rules, quota) && !asks_managed(rules->configuration, set)) {
        return text_format("flavor %s is kept for pods that ask for its accelerators",
                           flavor->name);
    }
    return NULL;
}
