/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/metadata.h"

#include <string.h>

#include "policy/objects/syntax.h"

static const char *const object_fields[] = {"apiVersion", "kind",   "metadata",
                                            "spec",       "status", NULL};
static const char *const metadata_fields[] = {
    "name",
    "generateName",
    "namespace",
    "labels",
    "annotations",
    "finalizers",
    "ownerReferences",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "selfLink",
    NULL,
};

static void read_keys(const struct field *field, struct string_map *out_map)
{
    field_string_map(field, out_map);
    for (size_t i = 0; i < out_map->count; i++) {
        if (!syntax_is_qualified_name(out_map->pairs[i].key)) {
            auto_field struct field entry = field_get(field, out_map->pairs[i].key);
            field_fault(&entry, "'%.80s' is no key such as 'kueue.x-k8s.io/queue-name'",
                        out_map->pairs[i].key);
        }
    }
}

static void read_labels(const struct field *metadata)
{
    auto_field struct field field = field_get(metadata, "labels");
    auto_string_map struct string_map labels = {0};

    read_keys(&field, &labels);
    for (size_t i = 0; i < labels.count; i++) {
        if (!syntax_is_label_value(labels.pairs[i].value)) {
            auto_field struct field entry = field_get(&field, labels.pairs[i].key);
            field_fault(&entry, "'%.80s' is no label value", labels.pairs[i].value);
        }
    }
}

static char *read_namespace(const struct field *metadata)
{
    auto_field struct field field = field_get(metadata, "namespace");
    const char *name = field_text(&field);

    if (name != NULL && !syntax_is_dns_label(name)) {
        field_fault(&field, "'%.80s' is no name of a namespace", name);
    }
    return memory_copy_text(name != NULL ? name : "");
}

void metadata_read_only(const struct field *object, struct metadata *out_metadata)
{
    auto_field struct field metadata = field_get(object, "metadata");
    auto_field struct field name = field_get(&metadata, "name");
    auto_field struct field annotations = field_get(&metadata, "annotations");

    field_expect_names(&metadata, metadata_fields);
    *out_metadata = (struct metadata){
        .name = memory_copy_text(field_required_name(&name)),
        .namespace_name = read_namespace(&metadata),
    };
    read_labels(&metadata);
    read_keys(&annotations, &out_metadata->annotations);
}

void metadata_read(const struct field *object, struct metadata *out_metadata)
{
    field_expect_names(object, object_fields);
    metadata_read_only(object, out_metadata);
}

void metadata_release(struct metadata *metadata)
{
    free(metadata->name);
    free(metadata->namespace_name);
    string_map_release(&metadata->annotations);
    memset(metadata, 0, sizeof *metadata);
}
