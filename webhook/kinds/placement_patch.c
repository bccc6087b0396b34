/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/placement_patch.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "webhook/kinds/kind.h"

/* A placement in the making. */
struct placing {
    const struct object *object;
    struct json_patch *patch;
    char *selector_path;
    char *tolerations_path;
    bool has_selector;
    bool has_tolerations;
    json_t *note; /* of what was written: {nodeSelector: {}, tolerations: []} */
};

static json_t *read_note(const struct object *object)
{
    json_t *note = object->placement != NULL ? json_loads(object->placement, 0, NULL) : NULL;

    if (json_is_object(json_object_get(note, "nodeSelector")) &&
        json_is_array(json_object_get(note, "tolerations"))) {
        return note;
    }
    json_decref(note);
    return json_pack("{s:{}, s:[]}", "nodeSelector", "tolerations");
}

static void placing_init(struct placing *placing, const struct object *object,
                         struct json_patch *patch)
{
    *placing = (struct placing){
        .object = object,
        .patch = patch,
        .selector_path = text_format("%s/nodeSelector", object->kind->pod_spec_pointer),
        .tolerations_path = text_format("%s/tolerations", object->kind->pod_spec_pointer),
        .has_selector = object->has_node_selector,
        .has_tolerations = object->toleration_count > 0,
        .note = read_note(object),
    };
}

static void placing_release(struct placing *placing)
{
    free(placing->selector_path);
    free(placing->tolerations_path);
    json_decref(placing->note);
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

static void add_flavor(struct placing *placing, const struct resource_flavor *flavor)
{
    const struct pod_spec *spec = &placing->object->pod_sets.items[0].spec;

    for (size_t i = 0; i < flavor->node_labels.count; i++) {
        const struct string_pair *label = &flavor->node_labels.pairs[i];
        if (string_map_find(&spec->node_selector, label->key) == NULL) {
            json_patch_set_entry(placing->patch, placing->selector_path, &placing->has_selector,
                                 label->key, label->value);
            json_object_set_new(json_object_get(placing->note, "nodeSelector"), label->key,
                                json_string(label->value));
        }
    }
    array_for_each(toleration, &flavor->tolerations) {
        if (!is_tolerated(&spec->tolerations, toleration)) {
            json_patch_append(placing->patch, placing->tolerations_path, &placing->has_tolerations,
                              toleration_encode(toleration));
            json_array_append_new(json_object_get(placing->note, "tolerations"),
                                  toleration_encode(toleration));
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

static bool is_empty(const json_t *note)
{
    return json_object_size(json_object_get(note, "nodeSelector")) == 0 &&
           json_array_size(json_object_get(note, "tolerations")) == 0;
}

static void write_note(const struct placing *placing)
{
    auto_free char *text = json_dumps(placing->note, JSON_COMPACT);
    bool has_annotations = true; /* the admission was written before */

    if (placing->object->kind->id == KIND_JOB && !is_empty(placing->note)) {
        json_patch_set_entry(placing->patch, "/metadata/annotations", &has_annotations,
                             ANNOTATION_PLACEMENT, text);
    }
}

void placement_patch_add(const struct object *object, const struct admission *admission,
                         const struct flavor_list *flavors, struct json_patch *patch)
{
    const struct pod_set_admission *admitted =
        admission_find_pod_set(admission, object->pod_sets.items[0].name);
    struct placing placing;

    if (admitted == NULL || object->kind->id == KIND_NOTEBOOK) {
        return; /* the Pods of a Notebook are placed one by one */
    }
    placing_init(&placing, object, patch);
    for (size_t i = 0; i < admitted->assignments.count; i++) {
        const struct resource_flavor *flavor =
            flavor_list_find(flavors, admitted->assignments.items[i].flavor);
        if (flavor != NULL && is_first_of_flavor(admitted, i)) {
            add_flavor(&placing, flavor);
        }
    }
    write_note(&placing);
    placing_release(&placing);
}

static void remove_selector(struct placing *placing)
{
    json_t *selector = json_object_get(placing->note, "nodeSelector");
    const char *key;
    json_t *value;

    json_object_foreach(selector, key, value) {
        json_patch_test_entry(placing->patch, placing->selector_path, key, json_incref(value));
        json_patch_remove_entry(placing->patch, placing->selector_path, key);
    }
}

/* They were appended: they are the last ones. */
static void remove_tolerations(struct placing *placing)
{
    const json_t *tolerations = json_object_get(placing->note, "tolerations");
    size_t count = json_array_size(tolerations);
    size_t first = (size_t)placing->object->toleration_count - count;

    for (size_t i = count; i > 0; i--) {
        char index[24];
        snprintf(index, sizeof index, "%zu", first + i - 1);
        json_patch_test_entry(placing->patch, placing->tolerations_path, index,
                              json_incref(json_array_get(tolerations, i - 1)));
        json_patch_remove_entry(placing->patch, placing->tolerations_path, index);
    }
}

void placement_patch_remove(const struct object *object, struct json_patch *patch)
{
    struct placing placing;

    placing_init(&placing, object, patch);
    remove_selector(&placing);
    if (json_array_size(json_object_get(placing.note, "tolerations")) <=
        (size_t)object->toleration_count) {
        remove_tolerations(&placing);
    }
    json_patch_remove_entry(patch, "/metadata/annotations", ANNOTATION_PLACEMENT);
    placing_release(&placing);
}
