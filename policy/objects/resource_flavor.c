/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/resource_flavor.h"

#include "policy/objects/metadata.h"
#include "policy/objects/syntax.h"

enum { ENTRIES_MAX = 8 };

static const char *const spec_fields[] = {"nodeLabels", "nodeTaints", "tolerations", "topologyName",
                                          NULL};

static void read_node_labels(const struct field *spec, struct string_map *out_labels)
{
    auto_field struct field field = field_get(spec, "nodeLabels");

    field_string_map(&field, out_labels);
    if (out_labels->count > ENTRIES_MAX) {
        field_fault(&field, "has %zu labels, and at most %d are allowed", out_labels->count,
                    ENTRIES_MAX);
    }
    for (size_t i = 0; i < out_labels->count; i++) {
        auto_field struct field entry = field_get(&field, out_labels->pairs[i].key);
        if (!syntax_is_qualified_name(out_labels->pairs[i].key)) {
            field_fault(&entry, "'%.80s' is no label key", out_labels->pairs[i].key);
        }
        if (!syntax_is_label_value(out_labels->pairs[i].value)) {
            field_fault(&entry, "'%.80s' is no label value", out_labels->pairs[i].value);
        }
    }
}

static void read_taints(const struct field *spec, struct taint_list *out_list)
{
    auto_field struct field field = field_get(spec, "nodeTaints");

    if (!taint_list_decode(field.value, field.path, field.decoding->findings, out_list)) {
        field.decoding->has_mistake = true;
    } else {
        field_count(&field, ENTRIES_MAX);
    }
}

static void read_tolerations(const struct field *spec, struct toleration_list *out_list)
{
    auto_field struct field field = field_get(spec, "tolerations");

    if (!toleration_list_decode(field.value, field.path, field.decoding->findings, out_list)) {
        field.decoding->has_mistake = true;
    } else {
        field_count(&field, ENTRIES_MAX);
    }
}

static void read_topology(const struct field *spec, const struct resource_flavor *flavor)
{
    auto_field struct field field = field_get(spec, "topologyName");

    if (field.value != NULL && field_required_name(&field) != NULL &&
        flavor->node_labels.count == 0) {
        field_fault(&field, "needs at least one label in nodeLabels");
    }
}

bool resource_flavor_decode(const json_t *object, struct findings *findings,
                            struct resource_flavor **out_flavor)
{
    struct decoding decoding = {.findings = findings};
    auto_field struct field root = field_root(&decoding, object, "");
    auto_field struct field spec = field_get(&root, "spec");
    auto_metadata struct metadata metadata = {0};
    struct resource_flavor *flavor = memory_allocate(sizeof *flavor);

    metadata_read(&root, &metadata);
    flavor->name = take_pointer(&metadata.name);
    field_expect_names(&spec, spec_fields);
    read_node_labels(&spec, &flavor->node_labels);
    read_taints(&spec, &flavor->node_taints);
    read_tolerations(&spec, &flavor->tolerations);
    read_topology(&spec, flavor);
    if (decoding.has_mistake) {
        resource_flavor_destroy(flavor);
        return false;
    }
    *out_flavor = flavor;
    return true;
}

void resource_flavor_destroy(struct resource_flavor *flavor)
{
    if (flavor == NULL) {
        return;
    }
    free(flavor->name);
    string_map_release(&flavor->node_labels);
    taint_list_release(&flavor->node_taints);
    toleration_list_release(&flavor->tolerations);
    free(flavor);
}
