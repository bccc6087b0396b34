/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/inspection_flavors.h"

#include <string.h>

#include "base/text.h"
#include "policy/objects/field.h"
#include "policy/rules/inspection_remarks.h"

enum { VALUES_SHOWN_MAX = 3 };

static bool has_label(const struct inspection *inspection, const struct string_pair *label)
{
    array_for_each(node, &inspection->nodes) {
        if (text_equal(string_map_find(&(*node)->labels, label->key), label->value)) {
            return true;
        }
    }
    return false;
}

/* What the nodes say instead: "'NVIDIA-L4', 'NVIDIA-A100'"; NULL if none has the label at all. */
static char *list_values(const struct inspection *inspection, const char *key)
{
    auto_string_map struct string_map seen = {0};
    auto_text struct text text = {0};

    array_for_each(node, &inspection->nodes) {
        const char *value = string_map_find(&(*node)->labels, key);
        if (value != NULL && string_map_find(&seen, value) == NULL &&
            seen.count < VALUES_SHOWN_MAX) {
            text_append_format(&text, "%s'%s'", seen.count > 0 ? ", " : "", value);
            string_map_set(&seen, value, "");
        }
    }
    return seen.count > 0 ? text_take(&text) : NULL;
}

static void warn_of_label(struct inspection *inspection, const struct inspected *inspected,
                          const struct string_pair *label)
{
    auto_free char *path = field_path("spec.nodeLabels", label->key);
    auto_free char *values = list_values(inspection, label->key);

    if (values != NULL) {
        inspection_warn(inspection, inspected, path,
                        "no node says '%s', so that nothing can start on this flavor: nodes say %s",
                        label->value, values);
    } else {
        inspection_warn(inspection, inspected, path,
                        "no node has this label, so that nothing can start on this flavor: mend "
                        "it, or label the nodes");
    }
}

/* The first label that no node has, or else that no node has them all. */
static void warn_of_no_node(struct inspection *inspection, const struct inspected *inspected)
{
    const struct string_map *labels = &inspected->flavor->node_labels;

    for (size_t i = 0; i < labels->count; i++) {
        if (!has_label(inspection, &labels->pairs[i])) {
            warn_of_label(inspection, inspected, &labels->pairs[i]);
            return;
        }
    }
    inspection_warn(inspection, inspected, "spec.nodeLabels",
                    "no node has all of these labels, so that nothing can start on this flavor");
}

static void check_nodes(struct inspection *inspection, const struct inspected *inspected)
{
    size_t matching_count = 0;
    size_t ready_count = 0;

    array_for_each(node, &inspection->nodes) {
        bool is_matching = string_map_contains(&(*node)->labels, &inspected->flavor->node_labels);
        matching_count += is_matching ? 1 : 0;
        ready_count += is_matching && (*node)->is_ready && (*node)->is_schedulable ? 1 : 0;
    }
    if (matching_count == 0) {
        warn_of_no_node(inspection, inspected);
    } else if (ready_count == 0) {
        inspection_warn(inspection, inspected, "spec.nodeLabels",
                        "of %zu node%s of this flavor none is ready and schedulable: nothing can "
                        "start there now",
                        matching_count, matching_count == 1 ? "" : "s");
    }
}

/* The Configuration of the files, else the defaults. */
static const struct configuration *find_configuration(const struct inspection *inspection)
{
    array_for_each(inspected, &inspection->objects) {
        if (inspected->configuration != NULL) {
            return configuration_ref(inspected->configuration);
        }
    }
    struct configuration *defaults = NULL;
    (void)configuration_decode(NULL, NULL, &defaults);
    return defaults;
}

/* The managed resource that the queue gives on the flavor; NULL if there is none. */
static const char *find_gpu_of(const struct cluster_queue *queue,
                               const struct configuration *configuration, const char *flavor)
{
    array_for_each(group, &queue->resource_groups) {
        bool has_flavor = false;
        array_for_each(quota, &group->flavors) {
            has_flavor = has_flavor || strcmp(quota->flavor, flavor) == 0;
        }
        array_for_each(resource, &group->covered_resources) {
            if (has_flavor && configuration_manages(configuration, *resource)) {
                return *resource;
            }
        }
    }
    return NULL;
}

static const char *find_gpu(const struct inspection *inspection,
                            const struct configuration *configuration, const char *flavor)
{
    const char *gpu = NULL;

    array_for_each(inspected, &inspection->objects) {
        if (gpu == NULL && inspected->cluster_queue != NULL) {
            gpu = find_gpu_of(inspected->cluster_queue, configuration, flavor);
        }
    }
    return gpu;
}

static const char *find_other_flavor(const struct inspection *inspection,
                                     const struct resource_flavor *flavor)
{
    array_for_each(inspected, &inspection->objects) {
        if (inspected->flavor != NULL && !inspected->has_no_name &&
            strcmp(inspected->flavor->name, flavor->name) != 0) {
            return inspected->flavor->name;
        }
    }
    return NULL;
}

static const char *find_node_without(const struct inspection *inspection, const char *resource)
{
    array_for_each(node, &inspection->nodes) {
        if (resources_get(&(*node)->allocatable, resource) == 0) {
            return (*node)->name;
        }
    }
    return NULL;
}

/* A GPU flavor that fits every node, where not all nodes are the same. */
static void check_labels(struct inspection *inspection, const struct configuration *configuration,
                         const struct inspected *inspected)
{
    const struct resource_flavor *flavor = inspected->flavor;

    if (inspected->has_no_name || flavor->node_labels.count > 0) {
        return;
    }
    const char *gpu = find_gpu(inspection, configuration, flavor->name);
    if (gpu == NULL) {
        return;
    }
    const char *other = find_other_flavor(inspection, flavor);
    const char *node = find_node_without(inspection, gpu);
    if (other != NULL) {
        inspection_warn(inspection, inspected, "spec.nodeLabels",
                        "a flavor with %s and without labels stands for every node, those of "
                        "flavor '%s' too: add the labels that only its own nodes have",
                        gpu, other);
    } else if (node != NULL) {
        inspection_warn(inspection, inspected, "spec.nodeLabels",
                        "a flavor with %s and without labels stands for every node, and '%s' has "
                        "none: add the labels that only its own nodes have",
                        gpu, node);
    }
}

void inspection_flavors_check(struct inspection *inspection)
{
    const struct configuration *configuration = find_configuration(inspection);

    array_for_each(inspected, &inspection->objects) {
        if (inspected->flavor == NULL) {
            continue;
        }
        check_labels(inspection, configuration, inspected);
        if (inspection->has_nodes) {
            check_nodes(inspection, inspected);
        }
    }
    configuration_unref(configuration);
}
