/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/pod_set.h"

#include "base/hash.h"
#include "policy/rules/requests.h"

void pod_set_list_release(struct pod_set_list *list)
{
    array_for_each(set, list) {
        free(set->name);
        resources_release(&set->requests);
        pod_spec_release(&set->spec);
    }
    array_release(list);
}

int64_t pod_set_total(const struct pod_set *set, int64_t count, const char *resource)
{
    int64_t total;

    if (__builtin_mul_overflow(resources_get(&set->requests, resource), count, &total)) {
        return INT64_MAX;
    }
    return total;
}

bool pod_set_list_append_decoded(struct pod_set_list *list, const char *name, int64_t count,
                                 const json_t *pod_spec, const char *path, struct error *error)
{
    struct pod_set set = {.count = count};

    if (!requests_evaluate(pod_spec, path, &set.requests, error)) {
        return false;
    }
    set.name = memory_copy_text(name);
    pod_spec_decode(pod_spec, &set.spec);
    array_append(list, set);
    return true;
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
    return XXH3_64bits_withSeed(text, strlen(text), hash);
}

static uint64_t mix_number(uint64_t hash, int64_t number)
{
    return XXH3_64bits_withSeed(&number, sizeof number, hash);
}

static uint64_t mix_requirement(uint64_t hash, const struct label_requirement *requirement)
{
    hash = mix_number(mix_text(hash, requirement->key), requirement->operator);
    hash = mix_number(hash, (int64_t)requirement->values.count);
    array_for_each(value, &requirement->values) {
        hash = mix_text(hash, *value);
    }
    return hash;
}

static uint64_t mix_spec(uint64_t hash, const struct pod_spec *spec)
{
    hash = mix_number(hash, (int64_t)spec->node_selector.count);
    hash = mix_number(hash, (int64_t)spec->tolerations.count);
    hash = mix_number(hash, (int64_t)spec->required_affinity.count);
    for (size_t i = 0; i < spec->node_selector.count; i++) {
        hash = mix_text(hash, spec->node_selector.pairs[i].key);
        hash = mix_text(hash, spec->node_selector.pairs[i].value);
    }
    array_for_each(toleration, &spec->tolerations) {
        hash = mix_text(mix_text(hash, toleration->key), toleration->value);
        hash = mix_number(hash, toleration->is_exists ? 1 : 0);
        hash = mix_number(hash, toleration->effect);
    }
    array_for_each(term, &spec->required_affinity) {
        hash = mix_number(hash, (int64_t)term->count);
        array_for_each(requirement, term) {
            hash = mix_requirement(hash, requirement);
        }
    }
    return hash;
}

uint64_t pod_set_list_shape(const struct pod_set_list *list)
{
    uint64_t hash = hash_seed;

    array_for_each(set, list) {
        hash = mix_number(mix_text(hash, set->name), set->count);
        hash = mix_number(hash, set->min_count);
        hash = mix_number(hash, (int64_t)set->requests.count);
        for (size_t i = 0; i < set->requests.count; i++) {
            hash = mix_text(hash, set->requests.items[i].name);
            hash = mix_number(hash, set->requests.items[i].amount);
        }
        hash = mix_spec(hash, &set->spec);
    }
    return hash;
}
