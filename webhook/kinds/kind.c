/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/kind.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct kind *const kinds[KIND_COUNT] = {
    [KIND_POD] = &kind_pod,
    [KIND_JOB] = &kind_job,
    [KIND_NOTEBOOK] = &kind_notebook,
};

const struct kind *kind_get(enum kind_id id)
{
    return kinds[id];
}

const struct kind *kind_find(const char *group, const char *name)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (text_equal(kinds[i]->group, group) && text_equal(kinds[i]->name, name)) {
            return kinds[i];
        }
    }
    return NULL;
}

const json_t *kind_pod_spec(const struct kind *kind, const json_t *json)
{
    const json_t *spec = json_object_get(json, "spec");

    if (kind->id == KIND_POD) {
        return spec;
    }
    return json_object_get(json_object_get(spec, "template"), "spec");
}

char *kind_object_path(const struct kind *kind, const char *namespace_name, const char *name)
{
    return text_format("%s/namespaces/%s/%s/%s", kind->collection, namespace_name, kind->resource,
                       name);
}

/* Preconditions: another uid or resourceVersion is answered with 409. */
static void patch_identity(struct json_patch *patch, const struct object *object)
{
    char version[24];

    snprintf(version, sizeof version, "%llu", (unsigned long long)object->resource_version);
    json_patch_replace(patch, "/metadata/uid", json_string(object->uid));
    json_patch_replace(patch, "/metadata/resourceVersion", json_string(version));
}

static void patch_admission(struct json_patch *patch, const struct object *object,
                            const struct admission *admission)
{
    json_auto_t *encoded = admission_encode(admission);
    auto_free char *text = json_dumps(encoded, JSON_COMPACT);
    bool has_annotations = object->has_annotations;

    json_patch_set_entry(patch, "/metadata/annotations", &has_annotations, ANNOTATION_ADMISSION,
                         text);
}

static bool is_tolerated(const struct toleration_list *existing,
                         const struct toleration *toleration)
{
    array_for_each(other, existing) {
        if (toleration_covers(other, toleration)) {
            return true;
        }
    }
    return false;
}

/* Adds what the flavor's nodes need and the pods do not have yet; existing entries stay as they
 * are. */
static void patch_flavor(struct json_patch *patch, const struct object *object,
                         const struct pod_set *set, const struct resource_flavor *flavor,
                         bool *has_selector, bool *has_tolerations)
{
    auto_free char *selector = text_format("%s/nodeSelector", object->kind->pod_spec_pointer);
    auto_free char *tolerations = text_format("%s/tolerations", object->kind->pod_spec_pointer);

    for (size_t i = 0; i < flavor->node_labels.count; i++) {
        const struct string_pair *label = &flavor->node_labels.pairs[i];
        if (string_map_find(&set->spec.node_selector, label->key) == NULL) {
            json_patch_set_entry(patch, selector, has_selector, label->key, label->value);
        }
    }
    array_for_each(toleration, &flavor->tolerations) {
        if (!is_tolerated(&set->spec.tolerations, toleration)) {
            json_patch_append(patch, tolerations, has_tolerations, toleration_encode(toleration));
        }
    }
}

static bool is_first_of_flavor(const struct pod_set_admission *set, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(set->assignments.items[i].flavor, set->assignments.items[index].flavor) == 0) {
            return false;
        }
    }
    return true;
}

static void patch_placement(struct json_patch *patch, const struct object *object,
                            const struct admission *admission, const struct flavor_list *flavors)
{
    const struct pod_set *set = &object->pod_sets.items[0];
    const struct pod_set_admission *admitted = admission_find_pod_set(admission, set->name);
    bool has_selector = object->has_node_selector;
    bool has_tolerations = object->has_tolerations;

    for (size_t i = 0; admitted != NULL && i < admitted->assignments.count; i++) {
        const struct resource_flavor *flavor =
            flavor_list_find(flavors, admitted->assignments.items[i].flavor);
        if (flavor != NULL && is_first_of_flavor(admitted, i)) {
            patch_flavor(patch, object, set, flavor, &has_selector, &has_tolerations);
        }
    }
}

char *kind_format_start(const struct object *object, const struct admission *admission,
                        const struct flavor_list *flavors)
{
    auto_json_patch struct json_patch patch;

    json_patch_init(&patch);
    patch_identity(&patch, object);
    patch_admission(&patch, object, admission);
    patch_placement(&patch, object, admission, flavors);
    object->kind->resume(object, &patch);
    return json_dumps(patch.operations, JSON_COMPACT);
}

char *kind_format_release(const struct object *object)
{
    auto_json_patch struct json_patch patch;

    json_patch_init(&patch);
    patch_identity(&patch, object);
    object->kind->resume(object, &patch);
    return json_dumps(patch.operations, JSON_COMPACT);
}

char *kind_format_adoption(const struct object *object, const struct admission *admission)
{
    auto_json_patch struct json_patch patch;

    json_patch_init(&patch);
    patch_identity(&patch, object);
    patch_admission(&patch, object, admission);
    return json_dumps(patch.operations, JSON_COMPACT);
}
