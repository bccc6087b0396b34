/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/pod_template.h"

#include "policy/objects/quantity.h"

static json_t *encode_requests(const struct resources *requests)
{
    json_t *amounts = json_object();

    for (size_t i = 0; i < requests->count; i++) {
        char text[QUANTITY_TEXT_BYTES];
        quantity_format(requests->items[i].amount, requests->items[i].name, text);
        json_object_set_new(amounts, requests->items[i].name, json_string(text));
    }
    return amounts;
}

static json_t *encode_map(const struct string_map *map)
{
    json_t *value = json_object();

    for (size_t i = 0; i < map->count; i++) {
        json_object_set_new(value, map->pairs[i].key, json_string(map->pairs[i].value));
    }
    return value;
}

static json_t *encode_requirement(const struct label_requirement *requirement)
{
    static const char *const names[] = {
        [LABEL_IN] = "In",           [LABEL_NOT_IN] = "NotIn",
        [LABEL_EXISTS] = "Exists",   [LABEL_DOES_NOT_EXIST] = "DoesNotExist",
        [LABEL_GREATER_THAN] = "Gt", [LABEL_LESS_THAN] = "Lt",
    };
    json_t *value =
        json_pack("{s:s, s:s}", "key", requirement->key, "operator", names[requirement->operator]);

    if (requirement->values.count > 0) {
        json_t *values = json_array();
        array_for_each(text, &requirement->values) {
            json_array_append_new(values, json_string(*text));
        }
        json_object_set_new(value, "values", values);
    }
    return value;
}

static json_t *encode_affinity(const struct node_affinity *affinity)
{
    json_t *terms = json_array();

    array_for_each(term, affinity) {
        json_t *expressions = json_array();
        array_for_each(requirement, term) {
            json_array_append_new(expressions, encode_requirement(requirement));
        }
        json_array_append_new(terms, json_pack("{s:o}", "matchExpressions", expressions));
    }
    return json_pack("{s:{s:{s:o}}}", "nodeAffinity",
                     "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms", terms);
}

json_t *pod_template_encode(const struct pod_set *set)
{
    const struct pod_spec *spec = &set->spec;
    json_t *container = json_pack("{s:s, s:{s:o}}", "name", set->name, "resources", "requests",
                                  encode_requests(&set->requests));
    json_t *pod = json_pack("{s:[o]}", "containers", container);

    if (spec->node_selector.count > 0) {
        json_object_set_new(pod, "nodeSelector", encode_map(&spec->node_selector));
    }
    if (spec->tolerations.count > 0) {
        json_t *tolerations = json_array();
        array_for_each(toleration, &spec->tolerations) {
            json_array_append_new(tolerations, toleration_encode(toleration));
        }
        json_object_set_new(pod, "tolerations", tolerations);
    }
    if (spec->required_affinity.count > 0) {
        json_object_set_new(pod, "affinity", encode_affinity(&spec->required_affinity));
    }
    return json_pack("{s:{}, s:o}", "metadata", "spec", pod);
}
