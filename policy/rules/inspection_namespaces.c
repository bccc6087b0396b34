/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/inspection_namespaces.h"

#include <string.h>

#include "base/text.h"
#include "policy/rules/inspection_remarks.h"

#define DASHBOARD_LABEL "opendatahub.io/dashboard"
#define DEFAULT_QUEUE_NAME "default"
static const char *const managed_labels[] = {"kueue.openshift.io/managed", "kueue-managed"};

static const char *metadata_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(json_object_get(object, "metadata"), name));
}

static bool is_kind(const json_t *object, const char *kind)
{
    return text_equal(json_string_value(json_object_get(object, "kind")), kind);
}

static bool has_true_label(const json_t *object, const char *label)
{
    const json_t *labels = json_object_get(json_object_get(object, "metadata"), "labels");

    return text_equal(json_string_value(json_object_get(labels, label)), "true");
}

/* NULL if the files do not have it. */
static const json_t *find_namespace(const struct inspection *inspection, const char *name)
{
    array_for_each(object, &inspection->skipped) {
        if (is_kind(*object, "Namespace") && text_equal(metadata_text(*object, "name"), name)) {
            return *object;
        }
    }
    return NULL;
}

/* The dashboard starts workbenches there, or the files have one. */
static bool has_workbenches(const struct inspection *inspection, const char *namespace_name)
{
    if (has_true_label(find_namespace(inspection, namespace_name), DASHBOARD_LABEL)) {
        return true;
    }
    array_for_each(object, &inspection->skipped) {
        if (is_kind(*object, "Notebook") &&
            text_equal(metadata_text(*object, "namespace"), namespace_name)) {
            return true;
        }
    }
    return false;
}

/* The name of the uppermost cohort; any one of those that go in a circle. */
static const char *find_root(const struct inspection *inspection, const char *cohort_name)
{
    for (size_t steps = 0; steps < inspection->objects.count; steps++) {
        const struct inspected *found = inspection_find(inspection, INSPECTION_COHORT, cohort_name);
        if (found == NULL || found->cohort == NULL || found->cohort->parent_name == NULL) {
            break;
        }
        cohort_name = found->cohort->parent_name;
    }
    return cohort_name;
}

static const char *find_root_of(const struct inspection *inspection,
                                const struct cluster_queue *queue)
{
    return queue->cohort_name != NULL ? find_root(inspection, queue->cohort_name) : NULL;
}

/* The LocalQueues of namespaces with workbenches, and the root cohort of what they use. */
struct workbench_queues ARRAY_OF(struct workbench_queue {
    const struct local_queue *queue;
    const char *root; /* NULL: none */
});

static void collect_workbench_queues(const struct inspection *inspection,
                                     struct workbench_queues *out_queues)
{
    array_for_each(inspected, &inspection->objects) {
        const struct local_queue *queue = inspected->local_queue;
        if (queue == NULL || queue->namespace_name[0] == '\0' ||
            !has_workbenches(inspection, queue->namespace_name)) {
            continue;
        }
        const struct inspected *used =
            inspection_find(inspection, INSPECTION_CLUSTER_QUEUE, queue->cluster_queue);
        const char *root = used != NULL && used->cluster_queue != NULL
                               ? find_root_of(inspection, used->cluster_queue)
                               : NULL;
        array_append(out_queues, ((struct workbench_queue){queue, root}));
    }
}

static void warn_of_preemption(struct inspection *inspection, const struct inspected *inspected,
                               const char *path, const struct local_queue *victim)
{
    inspection_warn(inspection, inspected, path,
                    "namespace '%s' has workbenches on ClusterQueue '%s': a Notebook that is "
                    "preempted is stopped, and what is in its memory is lost; set Never, or "
                    "keep what has just started with the annotation gpuaas.dev/minimum-runtime",
                    victim->namespace_name, victim->cluster_queue);
}

/* Told of the first workbenches that are in reach. */
static void check_within_queue(struct inspection *inspection, const struct inspected *inspected,
                               const struct workbench_queues *workbenches)
{
    array_for_each(candidate, workbenches) {
        if (strcmp(candidate->queue->cluster_queue, inspected->cluster_queue->name) == 0) {
            warn_of_preemption(inspection, inspected, "spec.preemption.withinClusterQueue",
                               candidate->queue);
            return;
        }
    }
}

static void check_within_cohort(struct inspection *inspection, const struct inspected *inspected,
                                const struct workbench_queues *workbenches)
{
    const char *root = find_root_of(inspection, inspected->cluster_queue);

    array_for_each(candidate, workbenches) {
        if (root != NULL && text_equal(candidate->root, root)) {
            warn_of_preemption(inspection, inspected, "spec.preemption.reclaimWithinCohort",
                               candidate->queue);
            return;
        }
    }
}

static void check_preemption(struct inspection *inspection)
{
    struct workbench_queues workbenches = {0};

    collect_workbench_queues(inspection, &workbenches);
    array_for_each(inspected, &inspection->objects) {
        if (inspected->cluster_queue == NULL || inspected->has_no_name) {
            continue;
        }
        if (inspected->cluster_queue->preemption.within_cluster_queue != PREEMPTION_NEVER) {
            check_within_queue(inspection, inspected, &workbenches);
        }
        if (inspected->cluster_queue->preemption.reclaim_within_cohort != PREEMPTION_NEVER) {
            check_within_cohort(inspection, inspected, &workbenches);
        }
    }
    array_release(&workbenches);
}

static bool is_unmanaged(const json_t *namespace_object)
{
    return namespace_object != NULL && !has_true_label(namespace_object, managed_labels[0]) &&
           !has_true_label(namespace_object, managed_labels[1]);
}

/* Told at the first LocalQueue of the namespace. */
static void check_default_queue(struct inspection *inspection, const struct inspected *first)
{
    const char *name = first->local_queue->namespace_name;
    size_t count = 0;
    bool has_default = false;

    array_for_each(inspected, &inspection->objects) {
        const struct local_queue *queue = inspected->local_queue;
        if (queue == NULL || strcmp(queue->namespace_name, name) != 0) {
            continue;
        }
        if (inspected < first) {
            return;
        }
        count++;
        has_default =
            has_default || queue->is_default || strcmp(queue->name, DEFAULT_QUEUE_NAME) == 0;
    }
    if (count > 1 && !has_default && !is_unmanaged(find_namespace(inspection, name))) {
        inspection_warn(inspection, first, "metadata.name",
                        "namespace '%s' has %zu LocalQueues and no default: what names none waits "
                        "for ever; add the annotation 'kueue.x-k8s.io/default-queue: \"true\"' to "
                        "one of them",
                        name, count);
    }
}

void inspection_namespaces_check(struct inspection *inspection)
{
    check_preemption(inspection);
    array_for_each(inspected, &inspection->objects) {
        if (inspected->local_queue != NULL && !inspected->has_no_name &&
            inspected->local_queue->namespace_name[0] != '\0') {
            check_default_queue(inspection, inspected);
        }
    }
}
