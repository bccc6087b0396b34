/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/policy_set.h"

#include "base/text.h"
#include "policy/objects/field.h"

/* One object that is being read. */
struct reading {
    struct policy_set *set;
    const json_t *object;
    struct findings findings;
};

static const struct cluster_queue *find_cluster_queue(const struct policy_set *set,
                                                      const char *name)
{
    array_for_each(queue, &set->cluster_queues) {
        if (text_equal((*queue)->name, name)) {
            return *queue;
        }
    }
    return NULL;
}

static bool tell_duplicate(struct reading *reading, const char *name)
{
    return findings_add(&reading->findings, FINDING_MISTAKE, "metadata.name",
                        "there is a '%.80s' of this kind already", name);
}

static void read_flavor(struct reading *reading)
{
    struct resource_flavor *flavor = NULL;

    if (!resource_flavor_decode(reading->object, &reading->findings, &flavor)) {
        return;
    }
    if (flavor_list_find(&reading->set->flavors, flavor->name) != NULL) {
        tell_duplicate(reading, flavor->name);
    }
    array_append(&reading->set->flavors, flavor);
}

static void read_cluster_queue(struct reading *reading)
{
    struct cluster_queue *queue = NULL;

    if (!cluster_queue_decode(reading->object, &reading->findings, &queue)) {
        return;
    }
    if (find_cluster_queue(reading->set, queue->name) != NULL) {
        tell_duplicate(reading, queue->name);
    }
    array_append(&reading->set->cluster_queues, queue);
}

static void read_cohort(struct reading *reading)
{
    struct cohort *cohort = NULL;

    if (!cohort_decode(reading->object, &reading->findings, &cohort)) {
        return;
    }
    array_for_each(other, &reading->set->cohorts) {
        if (text_equal((*other)->name, cohort->name)) {
            tell_duplicate(reading, cohort->name);
        }
    }
    array_append(&reading->set->cohorts, cohort);
}

static void read_local_queue(struct reading *reading)
{
    struct local_queue *queue = NULL;

    if (!local_queue_decode(reading->object, &reading->findings, &queue)) {
        return;
    }
    array_for_each(other, &reading->set->local_queues) {
        if (text_equal((*other)->name, queue->name) &&
            text_equal((*other)->namespace_name, queue->namespace_name)) {
            tell_duplicate(reading, queue->name);
        }
    }
    array_append(&reading->set->local_queues, queue);
}

static void read_class(struct reading *reading, struct policy_classes *classes)
{
    struct priority_class *class = NULL;

    if (!priority_class_decode(reading->object, &reading->findings, &class)) {
        return;
    }
    array_for_each(other, classes) {
        if (text_equal((*other)->name, class->name)) {
            tell_duplicate(reading, class->name);
        }
    }
    array_append(classes, class);
}

static void read_workload_class(struct reading *reading)
{
    read_class(reading, &reading->set->workload_classes);
}

static void read_pod_class(struct reading *reading)
{
    read_class(reading, &reading->set->pod_classes);
}

static void read_configuration(struct reading *reading)
{
    struct configuration *configuration = NULL;

    if (!configuration_decode(reading->object, &reading->findings, &configuration)) {
        return;
    }
    if (reading->set->configuration != NULL) {
        findings_add(&reading->findings, FINDING_MISTAKE, "", "there is a Configuration already");
        configuration_unref(reading->set->configuration);
    }
    reading->set->configuration = configuration;
}

static void read_namespace(struct reading *reading)
{
    struct decoding decoding = {.findings = &reading->findings};
    auto_field struct field root = field_root(&decoding, reading->object, "");
    auto_field struct field metadata = field_get(&root, "metadata");
    auto_field struct field name = field_get(&metadata, "name");
    auto_field struct field labels = field_get(&metadata, "labels");
    const char *name_text = field_required_name(&name);

    if (name_text != NULL) {
        struct policy_namespace namespace = {.name = memory_copy_text(name_text)};
        field_string_map(&labels, &namespace.labels);
        array_append(&reading->set->namespaces, namespace);
    }
}

static const struct kind {
    const char *group; /* what the apiVersion begins with */
    const char *name;
    void (*read)(struct reading *reading);
} kinds[] = {
    {"kueue.x-k8s.io/", "ResourceFlavor", read_flavor},
    {"kueue.x-k8s.io/", "ClusterQueue", read_cluster_queue},
    {"kueue.x-k8s.io/", "Cohort", read_cohort},
    {"kueue.x-k8s.io/", "LocalQueue", read_local_queue},
    {"kueue.x-k8s.io/", "WorkloadPriorityClass", read_workload_class},
    {"scheduling.k8s.io/", "PriorityClass", read_pod_class},
    {"config.gpuaas.dev/", "Configuration", read_configuration},
    {"v1", "Namespace", read_namespace},
};

static const struct kind *find_kind(const json_t *object)
{
    const char *version = json_string_value(json_object_get(object, "apiVersion"));
    const char *name = json_string_value(json_object_get(object, "kind"));

    for (size_t i = 0; version != NULL && i < ARRAY_LENGTH(kinds); i++) {
        if (text_equal(kinds[i].name, name) && text_starts_with(version, kinds[i].group)) {
            return &kinds[i];
        }
    }
    return NULL;
}

static void add_object(struct policy_set *set, const char *file, const struct document *document,
                       const json_t *object, const char *prefix, struct mistakes *mistakes)
{
    struct reading reading = {.set = set, .object = object};
    const struct kind *kind = find_kind(object);

    if (kind == NULL) {
        set->skipped_count++;
        return;
    }
    kind->read(&reading);
    mistakes_add_findings(mistakes, file, document, prefix, &reading.findings);
    findings_release(&reading.findings);
}

static void add_document(struct policy_set *set, const char *file, const struct document *document,
                         struct mistakes *mistakes)
{
    const json_t *root = document_root(document);
    size_t index;
    const json_t *item;

    if (!text_equal(json_string_value(json_object_get(root, "kind")), "List")) {
        add_object(set, file, document, root, "", mistakes);
        return;
    }
    json_array_foreach(json_object_get(root, "items"), index, item) {
        auto_free char *prefix = field_item_path("items", index);
        add_object(set, file, document, item, prefix, mistakes);
    }
}

void policy_set_release(struct policy_set *set)
{
    configuration_unref(set->configuration);
    array_for_each(flavor, &set->flavors) {
        resource_flavor_unref(*flavor);
    }
    array_for_each(queue, &set->cluster_queues) {
        cluster_queue_unref(*queue);
    }
    array_for_each(cohort, &set->cohorts) {
        cohort_unref(*cohort);
    }
    array_for_each(queue, &set->local_queues) {
        local_queue_unref(*queue);
    }
    array_for_each(class, &set->workload_classes) {
        priority_class_unref(*class);
    }
    array_for_each(class, &set->pod_classes) {
        priority_class_unref(*class);
    }
    array_for_each(namespace, &set->namespaces) {
        free(namespace->name);
        string_map_release(&namespace->labels);
    }
    array_release(&set->flavors);
    array_release(&set->cluster_queues);
    array_release(&set->cohorts);
    array_release(&set->local_queues);
    array_release(&set->workload_classes);
    array_release(&set->pod_classes);
    array_release(&set->namespaces);
    memset(set, 0, sizeof *set);
}

void policy_set_add_text(struct policy_set *set, const char *file, const char *text,
                         size_t size_bytes, struct mistakes *mistakes)
{
    struct document_list documents = {0};
    struct document_mistake mistake;

    if (!document_scan_all(text, size_bytes, &documents, &mistake)) {
        mistakes_add(mistakes, file, mistake.position, "%s", mistake.message);
        return;
    }
    array_for_each(document, &documents) {
        add_document(set, file, *document, mistakes);
    }
    document_list_release(&documents);
}

void policy_set_finish(struct policy_set *set, struct mistakes *mistakes)
{
    struct configuration *configuration = NULL;

    if (set->configuration == NULL && configuration_decode(NULL, NULL, &configuration)) {
        set->configuration = configuration;
    }
    if (set->cluster_queues.count == 0 && mistakes->count == 0) {
        mistakes_add(mistakes, NULL, (struct document_position){0},
                     "the policy has no ClusterQueue: nothing could ever start");
    }
}

const struct cluster_queue *policy_set_find_cluster_queue(const struct policy_set *set,
                                                          const char *name)
{
    return find_cluster_queue(set, name);
}

const struct policy_namespace *policy_set_find_namespace(const struct policy_set *set,
                                                         const char *name)
{
    array_for_each(namespace, &set->namespaces) {
        if (text_equal(namespace->name, name)) {
            return namespace;
        }
    }
    return NULL;
}
