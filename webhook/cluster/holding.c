/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/holding.h"

#include "base/text.h"
#include "policy/rules/adoption.h"

static const struct string_map *find_node_labels(const struct holding_view *view,
                                                 const struct object *pod)
{
    const struct cache_entry *node =
        pod->node_name != NULL ? cache_find(view->cache, RESOURCE_NODE, pod->node_name) : NULL;

    return node != NULL ? &node->item->node->labels : NULL;
}

/* The node of the object itself, or of the first bound Pod of a Job. */
static const struct string_map *find_place(const struct holding_view *view,
                                           const struct workload *workload,
                                           const struct object *object)
{
    const struct string_map *labels = find_node_labels(view, object);

    if (object->kind->id == KIND_POD) {
        return labels;
    }
    array_for_each(pod, &workload->pods) {
        labels = labels != NULL ? labels : find_node_labels(view, *pod);
    }
    return labels;
}

static void find_flavors(const struct holding_view *view, const struct workload *workload,
                         const struct object *object, struct flavor_names *out_flavors)
{
    const struct flavor_rules rules = {view->configuration, workload->cluster_queue,
                                       &view->directory->flavors};

    adoption_find_flavors(&rules, &object->pod_sets.items[0], find_place(view, workload, object),
                          out_flavors);
}

static bool runs_without_us(const struct object *object)
{
    return !object->is_suspended && !object->is_finished && object->admission == NULL &&
           object->asks_managed && object->mistake == NULL;
}

/* What was let go when its namespace was unlabelled is no business of the queue any more. */
static bool is_in_managed_namespace(const struct holding_view *view,
                                    const struct workload *workload)
{
    const struct namespace_info *namespace_info =
        directory_find_namespace(view->directory, workload->namespace_name);

    return namespace_info != NULL && namespace_info->is_managed;
}

/* Counts an object on every flavor on which it may be. */
static void count_everywhere(const struct holding_view *view, const struct workload *workload,
                             const struct object *object, struct charge_list *charges)
{
    const struct flavor_rules rules = {view->configuration, workload->cluster_queue,
                                       &view->directory->flavors};
    struct flavor_names flavors = {0};
    auto_usage struct usage most = {0};

    if (workload->cluster_queue == NULL || !is_in_managed_namespace(view, workload)) {
        return;
    }
    find_flavors(view, workload, object, &flavors);
    array_for_each(flavor, &flavors) {
        auto_admission struct admission *admission =
            adoption_assign(&rules, &object->pod_sets, *flavor);
        auto_usage struct usage usage = {0};
        flavors_count(admission, &usage);
        usage_raise_to(&most, &usage);
    }
    usage_add_all(charge_list_get(charges, workload->cluster_queue->name), &most);
    array_release(&flavors);
}

/* What the Pod asks, on the flavors that it was given. */
static void count_pod(const struct object *pod, const struct admission *admission,
                      struct charge_list *charges)
{
    struct usage *usage = charge_list_get(charges, admission->cluster_queue);

    if (admission->pod_sets.count == 0 || pod->pod_sets.count == 0) {
        return;
    }
    const struct resources *requests = &pod->pod_sets.items[0].requests;
    array_for_each(assignment, &admission->pod_sets.items[0].assignments) {
        usage_add(usage, assignment->flavor, assignment->resource,
                  resources_get(requests, assignment->resource));
    }
}

static void count_pods(const struct holding_view *view, const struct workload *workload,
                       struct charge_list *charges)
{
    array_for_each(pod, &workload->pods) {
        const struct grant *grant = grant_table_find(view->grants, (*pod)->uid);
        if (!workload_pod_counts(*pod, view->grants)) {
            continue;
        }
        if (grant != NULL && grant->admission != NULL) {
            count_pod(*pod, grant->admission, charges);
        } else if ((*pod)->admission != NULL) {
            count_pod(*pod, (*pod)->admission, charges);
        } else if (runs_without_us(*pod)) {
            count_everywhere(view, workload, *pod, charges);
        }
    }
}

static void count_whole(const struct holding_view *view, const struct workload *workload,
                        struct charge_list *charges)
{
    const struct admission *admission = workload_find_admission(workload, view->grants);
    const struct object *owner = workload->owner;

    if (admission != NULL) {
        flavors_count(admission, charge_list_get(charges, admission->cluster_queue));
    } else if (owner != NULL && owner->kind->id == KIND_JOB && !owner->is_deleting &&
               runs_without_us(owner)) {
        count_everywhere(view, workload, owner, charges);
    }
}

void holding_evaluate(const struct holding_view *view, const struct workload *workload,
                      struct charge_list *out_charges)
{
    struct charge_list by_pods = {0};

    count_whole(view, workload, out_charges);
    count_pods(view, workload, &by_pods);
    array_for_each(charge, &by_pods) {
        usage_raise_to(charge_list_get(out_charges, charge->cluster_queue), &charge->usage);
    }
    charge_list_release(&by_pods);
}

struct admission *holding_adopt(const struct holding_view *view, const struct workload *workload,
                                const struct object *object)
{
    struct flavor_names flavors = {0};
    struct admission *admission = NULL;

    if (workload->cluster_queue == NULL || !runs_without_us(object)) {
        return NULL;
    }
    find_flavors(view, workload, object, &flavors);
    if (flavors.count == 1) {
        const struct flavor_rules rules = {view->configuration, workload->cluster_queue,
                                           &view->directory->flavors};
        admission = adoption_assign(&rules, &object->pod_sets, flavors.items[0]);
        free(admission->workload_uid);
        free(admission->local_queue);
        admission->workload_uid = memory_copy_text(workload->uid);
        admission->local_queue = memory_copy_text(workload->local_queue->name);
    }
    array_release(&flavors);
    return admission;
}

static bool has_flavor(const struct flavor_names *flavors, const char *name)
{
    array_for_each(flavor, flavors) {
        if (text_equal(*flavor, name)) {
            return true;
        }
    }
    return false;
}

/* A nodeSelector that was changed meanwhile would take the pod to nodes that others pay for. A
 * flavor that is not there, perhaps because it was not listed yet, says nothing. */
static bool may_run_where_admitted(const struct holding_view *view, const struct object *pod,
                                   const struct admission *admission)
{
    const struct cluster_queue *queue =
        directory_find_cluster_queue(view->directory, admission->cluster_queue);
    const struct flavor_rules rules = {view->configuration, queue, &view->directory->flavors};
    const struct pod_set *asked = &pod->pod_sets.items[0];
    struct flavor_names flavors = {0};
    bool is_fit = true;

    if (queue == NULL) {
        return true;
    }
    adoption_find_flavors(&rules, asked, NULL, &flavors);
    array_for_each(assignment, &admission->pod_sets.items[0].assignments) {
        if (configuration_manages(view->configuration, assignment->resource) &&
            resources_get(&asked->requests, assignment->resource) > 0 &&
            flavor_list_find(rules.flavors, assignment->flavor) != NULL) {
            is_fit = is_fit && has_flavor(&flavors, assignment->flavor);
        }
    }
    array_release(&flavors);
    return is_fit;
}

bool holding_covers_pod(const struct holding_view *view, const struct object *pod,
                        const struct admission *admission)
{
    return workload_pod_is_within(view->configuration, pod, admission) &&
           may_run_where_admitted(view, pod, admission);
}
