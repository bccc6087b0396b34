/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/inspection_links.h"

#include "base/suggestion.h"
#include "base/text.h"
#include "policy/rules/inspection_remarks.h"

/* Names of all objects of one kind; borrowed, and ends with NULL. */
struct known_names ARRAY_OF(const char *);

static const char *metadata_text(const struct inspected *inspected, const char *name)
{
    return json_string_value(json_object_get(json_object_get(inspected->object, "metadata"), name));
}

static const json_t *spec_of(const struct inspected *inspected)
{
    return json_object_get(inspected->object, "spec");
}

static void collect_names(const struct inspection *inspection, enum inspection_kind kind,
                          struct known_names *out_names)
{
    array_for_each(inspected, &inspection->objects) {
        const char *name = metadata_text(inspected, "name");
        if (inspected->kind == kind && !inspected->has_no_name && name != NULL) {
            array_append(out_names, name);
        }
    }
    array_append(out_names, NULL);
}

static bool is_known(const struct known_names *names, const char *name)
{
    array_for_each(known, names) {
        if (text_equal(*known, name)) {
            return true;
        }
    }
    return false;
}

static void tell_absent(struct inspection *inspection, const struct inspected *inspected,
                        const char *path, enum inspection_kind kind, const char *name,
                        const struct known_names *names)
{
    const char *nearest = suggestion_find(name, names->items);
    const char *kind_name = inspection_kind_name(kind);

    if (nearest != NULL) {
        inspection_tell(inspection, inspected, path,
                        "there is no %s '%.80s' in these files: did you mean '%s'?", kind_name,
                        name, nearest);
    } else {
        inspection_tell(inspection, inspected, path,
                        "there is no %s '%.80s' in these files: add it, or check its file as well",
                        kind_name, name);
    }
}

static void check_cluster_queue_of(struct inspection *inspection, const struct inspected *queue,
                                   const struct known_names *cluster_queues)
{
    const char *name = json_string_value(json_object_get(spec_of(queue), "clusterQueue"));

    if (queue->has_no_name || name == NULL || is_known(cluster_queues, name)) {
        return;
    }
    tell_absent(inspection, queue, "spec.clusterQueue", INSPECTION_CLUSTER_QUEUE, name,
                cluster_queues);
}

static void check_flavors_of_group(struct inspection *inspection, const struct inspected *queue,
                                   const json_t *group, size_t group_index,
                                   const struct known_names *flavors)
{
    size_t index;
    const json_t *quota;

    json_array_foreach(json_object_get(group, "flavors"), index, quota) {
        const char *name = json_string_value(json_object_get(quota, "name"));
        auto_free char *path =
            text_format("spec.resourceGroups[%zu].flavors[%zu].name", group_index, index);
        if (name != NULL && name[0] != '\0' && !is_known(flavors, name)) {
            tell_absent(inspection, queue, path, INSPECTION_RESOURCE_FLAVOR, name, flavors);
        }
    }
}

/* Flavors are often kept elsewhere: absence tells something only if there are some. */
static void check_flavors_of(struct inspection *inspection, const struct inspected *queue,
                             const struct known_names *flavors)
{
    size_t index;
    const json_t *group;

    if (queue->has_no_name || flavors->count == 1) {
        return;
    }
    json_array_foreach(json_object_get(spec_of(queue), "resourceGroups"), index, group) {
        check_flavors_of_group(inspection, queue, group, index, flavors);
    }
}

/* Likewise with admission checks; files with neither flavors nor checks are not the whole. */
static void check_admission_checks_of(struct inspection *inspection, const struct inspected *queue,
                                      const struct known_names *checks)
{
    bool is_plain = json_object_get(spec_of(queue), "admissionChecks") != NULL;
    size_t index = 0;

    if (queue->cluster_queue == NULL || queue->has_no_name) {
        return;
    }
    array_for_each(rule, &queue->cluster_queue->admission_checks) {
        auto_free char *path =
            is_plain ? text_format("spec.admissionChecks[%zu]", index)
                     : text_format("spec.admissionChecksStrategy.admissionChecks[%zu].name", index);
        if (!is_known(checks, rule->name)) {
            tell_absent(inspection, queue, path, INSPECTION_ADMISSION_CHECK, rule->name, checks);
        }
        index++;
    }
}

static const struct inspected *find_parent(const struct inspection *inspection,
                                           const struct inspected *cohort)
{
    const char *parent = cohort->cohort != NULL ? cohort->cohort->parent_name : NULL;

    return parent != NULL ? inspection_find(inspection, INSPECTION_COHORT, parent) : NULL;
}

/* Cohorts that are their own ancestors; told at the last of them. */
static void check_circle(struct inspection *inspection, const struct inspected *last)
{
    auto_text struct text circle = {0};
    const struct inspected *cohort = find_parent(inspection, last);

    for (size_t steps = 0; cohort != NULL && cohort < last; steps++) {
        text_append_format(&circle, " -> %s", cohort->cohort != NULL ? cohort->cohort->name : "");
        cohort = steps < inspection->objects.count ? find_parent(inspection, cohort) : NULL;
    }
    if (cohort == last && last->cohort != NULL) {
        inspection_tell(inspection, last, "spec.parentName",
                        "Cohorts go in a circle, and no ClusterQueue below can admit anything: "
                        "%s%s -> %s; remove one parentName",
                        last->cohort->name, circle.bytes != NULL ? circle.bytes : "",
                        last->cohort->name);
    }
}

/* Where the namespace is not written (kustomize may add it), only one file is compared. */
static bool is_same_namespace(const struct inspected *left, const struct inspected *right)
{
    const char *left_name = metadata_text(left, "namespace");

    return text_equal(left_name, metadata_text(right, "namespace")) &&
           (left_name != NULL || left->file_number == right->file_number);
}

static bool is_default(const struct inspected *inspected)
{
    const json_t *annotations =
        json_object_get(json_object_get(inspected->object, "metadata"), "annotations");

    return inspected->kind == INSPECTION_LOCAL_QUEUE && !inspected->has_no_name &&
           text_equal(
               json_string_value(json_object_get(annotations, LOCAL_QUEUE_DEFAULT_ANNOTATION)),
               "true");
}

static void check_two_defaults(struct inspection *inspection, const struct inspected *earlier,
                               const struct inspected *later)
{
    const char *name = metadata_text(earlier, "name");

    if (is_default(earlier) && is_default(later) && is_same_namespace(earlier, later) &&
        name != NULL && !text_equal(name, metadata_text(later, "name"))) {
        inspection_tell(inspection, later,
                        "metadata.annotations[" LOCAL_QUEUE_DEFAULT_ANNOTATION "]",
                        "LocalQueue '%.80s' already is the default of this namespace: keep the "
                        "annotation on one of them",
                        name);
    }
}

static void check_twice(struct inspection *inspection, const struct inspected *earlier,
                        const struct inspected *later)
{
    const char *name = metadata_text(earlier, "name");

    if (earlier->kind == later->kind && earlier->file_number == later->file_number &&
        !earlier->has_no_name && !later->has_no_name && name != NULL &&
        text_equal(name, metadata_text(later, "name")) && is_same_namespace(earlier, later)) {
        inspection_tell(inspection, later, "metadata.name", "%s '%.80s' is in this file twice",
                        inspection_kind_name(later->kind), name);
    }
}

/* The later of two objects is told what is wrong between them. */
static void check_pairs(struct inspection *inspection, const struct inspected *later)
{
    for (const struct inspected *earlier = inspection->objects.items; earlier < later; earlier++) {
        check_two_defaults(inspection, earlier, later);
        check_twice(inspection, earlier, later);
    }
}

void inspection_links_check(struct inspection *inspection)
{
    struct known_names cluster_queues = {0};
    struct known_names flavors = {0};
    struct known_names checks = {0};

    collect_names(inspection, INSPECTION_CLUSTER_QUEUE, &cluster_queues);
    collect_names(inspection, INSPECTION_RESOURCE_FLAVOR, &flavors);
    collect_names(inspection, INSPECTION_ADMISSION_CHECK, &checks);
    array_for_each(inspected, &inspection->objects) {
        if (inspected->kind == INSPECTION_LOCAL_QUEUE) {
            check_cluster_queue_of(inspection, inspected, &cluster_queues);
        } else if (inspected->kind == INSPECTION_CLUSTER_QUEUE ||
                   inspected->kind == INSPECTION_COHORT) {
            check_flavors_of(inspection, inspected, &flavors);
        }
        if (flavors.count + checks.count > 2) {
            check_admission_checks_of(inspection, inspected, &checks);
        }
        check_circle(inspection, inspected);
        check_pairs(inspection, inspected);
    }
    array_release(&cluster_queues);
    array_release(&flavors);
    array_release(&checks);
}
