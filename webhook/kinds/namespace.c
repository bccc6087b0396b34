/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/namespace.h"

#include "base/text.h"
#include "webhook/kinds/names.h"
#include "webhook/kinds/object.h"

bool namespace_info_decode(const json_t *json, struct namespace_info **out_namespace,
                           struct error *error)
{
    const char *name = object_metadata_text(json, "name");

    if (name == NULL) {
        return error_set(error, ERROR_INVALID, "a namespace without name");
    }
    struct namespace_info *info = memory_allocate(sizeof *info);
    info->name = memory_copy_text(name);
    info->resource_version = object_resource_version(json);
    info->is_deleting = object_metadata_text(json, "deletionTimestamp") != NULL;
    object_copy_labels(json, &info->labels);
    info->is_managed =
        text_equal(string_map_find(&info->labels, LABEL_NAMESPACE_MANAGED), "true") ||
        text_equal(string_map_find(&info->labels, LABEL_NAMESPACE_MANAGED_OLD), "true");
    *out_namespace = info;
    return true;
}

void namespace_info_destroy(struct namespace_info *namespace_info)
{
    if (namespace_info == NULL) {
        return;
    }
    free(namespace_info->name);
    string_map_release(&namespace_info->labels);
    free(namespace_info);
}
