/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/item.h"

#include "base/text.h"

static const struct resource_entry {
    const char *path;
    bool is_optional;
    bool is_keyed_by_uid;
    const struct kind *kind; /* NULL: not a workload kind */
} entries[RESOURCE_COUNT] = {
    [RESOURCE_NAMESPACE] = {"/api/v1/namespaces", false, false, NULL},
    [RESOURCE_NODE] = {"/api/v1/nodes", false, false, NULL},
    [RESOURCE_FLAVOR] = {"/apis/kueue.x-k8s.io/v1beta1/resourceflavors", false, false, NULL},
    [RESOURCE_CLUSTER_QUEUE] = {"/apis/kueue.x-k8s.io/v1beta1/clusterqueues", false, false, NULL},
    [RESOURCE_LOCAL_QUEUE] = {"/apis/kueue.x-k8s.io/v1beta1/localqueues", false, false, NULL},
    [RESOURCE_COHORT] = {"/apis/kueue.x-k8s.io/v1beta1/cohorts", true, false, NULL},
    [RESOURCE_ADMISSION_CHECK] = {"/apis/kueue.x-k8s.io/v1beta1/admissionchecks", true, false,
                                  NULL},
    [RESOURCE_WORKLOAD_PRIORITY_CLASS] = {"/apis/kueue.x-k8s.io/v1beta1/workloadpriorityclasses",
                                          true, false, NULL},
    [RESOURCE_PRIORITY_CLASS] = {"/apis/scheduling.k8s.io/v1/priorityclasses", false, false, NULL},
    [RESOURCE_STATEFULSET] = {"/apis/apps/v1/statefulsets", false, true, NULL},
    [RESOURCE_REPLICASET] = {"/apis/apps/v1/replicasets", false, true, NULL},
    [RESOURCE_NOTEBOOK] = {"/apis/kubeflow.org/v1/notebooks", true, true, &kind_notebook},
    [RESOURCE_JOB] = {"/apis/batch/v1/jobs", false, true, &kind_job},
    [RESOURCE_POD] = {"/api/v1/pods", false, true, &kind_pod},
    [RESOURCE_WORKLOAD] = {"/apis/kueue.x-k8s.io/v1beta1/workloads", false, false, NULL},
    [RESOURCE_OCCUPANT] = {"/api/v1/pods", false, true, NULL},
};

const char *resource_path(enum resource resource)
{
    return entries[resource].path;
}

bool resource_is_optional(enum resource resource)
{
    return entries[resource].is_optional;
}

bool resource_is_object(enum resource resource)
{
    return entries[resource].kind != NULL;
}

bool resource_is_policy(enum resource resource)
{
    return resource >= RESOURCE_FLAVOR && resource <= RESOURCE_PRIORITY_CLASS;
}

char *item_key(enum resource resource, const json_t *json)
{
    const char *name = object_metadata_text(json, "name");
    const char *namespace_name = object_metadata_text(json, "namespace");

    if (entries[resource].is_keyed_by_uid) {
        return memory_copy_text(object_metadata_text(json, "uid"));
    }
    if (name == NULL) {
        return NULL;
    }
    return namespace_name != NULL ? text_format("%s/%s", namespace_name, name)
                                  : memory_copy_text(name);
}

static void destroy_policy(struct policy_item *policy)
{
    if (policy == NULL) {
        return;
    }
    free(policy->uid);
    free(policy->name);
    free(policy->namespace_name);
    free(policy->mistake);
    resource_flavor_unref(policy->flavor);
    cluster_queue_unref(policy->cluster_queue);
    local_queue_unref(policy->local_queue);
    cohort_unref(policy->cohort);
    admission_check_unref(policy->admission_check);
    priority_class_unref(policy->priority_class);
    free(policy);
}

/* Fills in the one member of the resource; false if the object cannot be used. */
static bool decode_policy_value(enum resource resource, const json_t *json,
                                struct findings *findings, struct policy_item *policy)
{
    switch ((int)resource) {
    case RESOURCE_FLAVOR:
        return resource_flavor_decode(json, findings, (struct resource_flavor **)&policy->flavor);
    case RESOURCE_CLUSTER_QUEUE:
        return cluster_queue_decode(json, findings,
                                    (struct cluster_queue **)&policy->cluster_queue);
    case RESOURCE_LOCAL_QUEUE:
        return local_queue_decode(json, findings, (struct local_queue **)&policy->local_queue);
    case RESOURCE_COHORT:
        return cohort_decode(json, findings, (struct cohort **)&policy->cohort);
    case RESOURCE_ADMISSION_CHECK:
        return admission_check_decode(json, findings,
                                      (struct admission_check **)&policy->admission_check);
    default:
        return priority_class_decode(json, findings,
                                     (struct priority_class **)&policy->priority_class);
    }
}

static struct policy_item *decode_policy(enum resource resource, const json_t *json)
{
    struct policy_item *policy = memory_allocate(sizeof *policy);
    auto_findings struct findings findings = {0};

    policy->uid = memory_copy_text(object_metadata_text(json, "uid"));
    policy->name = memory_copy_text(object_metadata_text(json, "name"));
    policy->namespace_name = memory_copy_text(object_metadata_text(json, "namespace"));
    policy->generation =
        json_integer_value(json_object_get(json_object_get(json, "metadata"), "generation"));
    if (!decode_policy_value(resource, json, &findings, policy)) {
        const struct finding *mistake = findings_first_mistake(&findings);
        policy->mistake = mistake != NULL ? text_format("%s: %s", mistake->path, mistake->message)
                                          : memory_copy_text("unreadable");
    }
    return policy;
}

/* Notebooks are kept in any case: a Pod may name one as its owner. */
static struct object *decode_object(enum resource resource,
                                    const struct configuration *configuration, const json_t *json)
{
    struct object *object = NULL;

    if (!object_decode(entries[resource].kind, configuration, json, &object, NULL)) {
        return NULL;
    }
    if (resource != RESOURCE_NOTEBOOK && !object_matters(object)) {
        object_destroy(object);
        return NULL;
    }
    return object;
}

static bool decode_pod(struct item *item, const struct configuration *configuration,
                       const json_t *json)
{
    item->object = decode_object(RESOURCE_POD, configuration, json);
    if (item->object != NULL) {
        return true;
    }
    item->resource = RESOURCE_OCCUPANT;
    return configuration->node_places && occupant_decode(json, &item->occupant);
}

static bool decode_value(struct item *item, const struct configuration *configuration,
                         const json_t *json)
{
    struct namespace_info *namespace_info = NULL;

    switch (item->resource) {
    case RESOURCE_NAMESPACE:
        if (!namespace_info_decode(json, &namespace_info, NULL)) {
            return false;
        }
        item->namespace_info = namespace_info;
        return true;
    case RESOURCE_NODE:
        return cluster_node_decode(json, NULL, &item->node);
    case RESOURCE_FLAVOR:
    case RESOURCE_CLUSTER_QUEUE:
    case RESOURCE_LOCAL_QUEUE:
    case RESOURCE_COHORT:
    case RESOURCE_ADMISSION_CHECK:
    case RESOURCE_WORKLOAD_PRIORITY_CLASS:
    case RESOURCE_PRIORITY_CLASS:
        item->policy = decode_policy(item->resource, json);
        return true;
    case RESOURCE_STATEFULSET:
    case RESOURCE_REPLICASET:
        return controller_decode(json, item->resource == RESOURCE_STATEFULSET, &item->controller,
                                 NULL);
    case RESOURCE_NOTEBOOK:
    case RESOURCE_JOB:
        item->object = decode_object(item->resource, configuration, json);
        return item->object != NULL;
    case RESOURCE_POD:
        return decode_pod(item, configuration, json);
    case RESOURCE_WORKLOAD:
        return workload_object_decode(json, &item->workload, NULL);
    case RESOURCE_OCCUPANT:
    case RESOURCE_COUNT:
        break;
    }
    return false;
}

struct item *item_decode(enum resource resource, const struct configuration *configuration,
                         const json_t *json)
{
    struct item *item = memory_allocate(sizeof *item);

    item->resource = resource;
    item->key = item_key(resource, json);
    if (item->key == NULL || !decode_value(item, configuration, json)) {
        free(item->key);
        free(item);
        return NULL;
    }
    return item;
}

void item_destroy(struct item *item)
{
    if (item == NULL) {
        return;
    }
    switch (item->resource) {
    case RESOURCE_NAMESPACE:
        namespace_info_unref(item->namespace_info);
        break;
    case RESOURCE_NODE:
        cluster_node_destroy(item->node);
        break;
    case RESOURCE_FLAVOR:
    case RESOURCE_CLUSTER_QUEUE:
    case RESOURCE_LOCAL_QUEUE:
    case RESOURCE_COHORT:
    case RESOURCE_ADMISSION_CHECK:
    case RESOURCE_WORKLOAD_PRIORITY_CLASS:
    case RESOURCE_PRIORITY_CLASS:
        destroy_policy(item->policy);
        break;
    case RESOURCE_STATEFULSET:
    case RESOURCE_REPLICASET:
        controller_destroy(item->controller);
        break;
    case RESOURCE_NOTEBOOK:
    case RESOURCE_JOB:
    case RESOURCE_POD:
        object_destroy(item->object);
        break;
    case RESOURCE_WORKLOAD:
        workload_object_destroy(item->workload);
        break;
    case RESOURCE_OCCUPANT:
        occupant_destroy(item->occupant);
        break;
    case RESOURCE_COUNT:
        break;
    }
    free(item->key);
    free(item);
}
