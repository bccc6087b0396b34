/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <criterion/criterion.h>
#include <inttypes.h>

#include "base/text.h"
#include "tests/unit/policy/yaml_text.h"
#include "webhook/cluster/cluster.h"
#include "webhook/cluster/intake.h"

#define GPU "nvidia.com/gpu"

/*
 * A cluster as the companion sees it: namespace `team` with the LocalQueue `research` of the
 * ClusterQueue `main`, flavors `a100` and `h100`, one node of each. Its version counts what was
 * stored, its time stands still.
 */
struct scene {
    struct configuration *configuration;
    struct cluster *cluster;
    uint64_t version;
    int64_t now_ms;
};

/* An object to be put; its uid is its name. */
struct subject {
    const char *name;
    int64_t gpus;
    int64_t arrival_us;
    bool is_waiting;         /* gated, suspended, stopped */
    const char *owner;       /* gpuaas.dev/owner; NULL: none */
    const char *of_kind;     /* the controller's kind; NULL: it has none */
    const char *of;          /* the controller's name and uid */
    const char *holds_as;    /* the workload in gpuaas.dev/admission; NULL: no such annotation */
    int64_t held_gpus;       /* of one pod; 0: as many as it asks for */
    int64_t held_count;      /* 0: one pod */
    const char *held_flavor; /* NULL: a100 */
    const char *queue;       /* label */
    const char *profile;
    const char *selector; /* flavor that the nodeSelector asks for */
    const char *node;
    const char *phase;
    const char *condition; /* of a Job, true */
    int64_t parallelism;
    bool is_deleting;
    uint64_t version; /* 0: the next */
};

static inline void scene_put_take(struct scene *scene, enum resource resource, json_t *json)
{
    struct item *item = item_decode(resource, scene->configuration, json);

    cr_assert_not_null(item);
    json_decref(json);
    intake_put_take(scene->cluster, item);
}

static inline void scene_put_text(struct scene *scene, enum resource resource, const char *yaml)
{
    scene_put_take(scene, resource, yaml_text(yaml));
}

static inline void scene_remove(struct scene *scene, enum resource resource, const char *key)
{
    intake_remove(scene->cluster, resource, key, scene->now_ms);
}

static inline void scene_refresh(struct scene *scene)
{
    cluster_refresh(scene->cluster, scene->now_ms, scene->now_ms * 1000);
}

static inline void scene_put_namespace(struct scene *scene, bool is_managed)
{
    scene_put_take(scene, RESOURCE_NAMESPACE,
                   json_pack("{s:{s:s, s:s, s:{s:s}}}", "metadata", "name", "team",
                             "resourceVersion", is_managed ? "1" : "999999", "labels",
                             "kueue.openshift.io/managed", is_managed ? "true" : "false"));
}

static inline void scene_put_queue(struct scene *scene, const char *strategy, int64_t a100,
                                   int64_t h100)
{
    json_t *quotas[] = {json_pack("{s:s, s:I}", "name", GPU, "nominalQuota", (json_int_t)a100),
                        json_pack("{s:s, s:I}", "name", GPU, "nominalQuota", (json_int_t)h100)};

    scene_put_take(
        scene, RESOURCE_CLUSTER_QUEUE,
        json_pack("{s:{s:s, s:s, s:I}, s:{s:s, s:{}, s:[{s:[s], s:[{s:s, s:[o]}, {s:s, s:[o]}]}]}}",
                  "metadata", "name", "main", "uid", "main", "generation",
                  (json_int_t)++scene->version, "spec", "queueingStrategy", strategy,
                  "namespaceSelector", "resourceGroups", "coveredResources", GPU, "flavors", "name",
                  "a100", "resources", quotas[0], "name", "h100", "resources", quotas[1]));
}

static inline void scene_init(struct scene *scene, const char *strategy, int64_t a100, int64_t h100)
{
    *scene = (struct scene){.version = 1000, .now_ms = 1000000};
    cr_assert(configuration_decode(NULL, NULL, &scene->configuration));
    scene->cluster = cluster_create(scene->configuration);
    scene_put_namespace(scene, true);
    scene_put_text(scene, RESOURCE_FLAVOR,
                   "{metadata: {name: a100, uid: a100}, spec: {nodeLabels: {gpu: a100}}}");
    scene_put_text(scene, RESOURCE_FLAVOR,
                   "{metadata: {name: h100, uid: h100}, spec: {nodeLabels: {gpu: h100}}}");
    scene_put_text(scene, RESOURCE_NODE,
                   "{metadata: {name: node-a, labels: {gpu: a100}}, status: {allocatable: "
                   "{nvidia.com/gpu: 100}, conditions: [{type: Ready, status: \"True\"}]}}");
    scene_put_text(scene, RESOURCE_NODE,
                   "{metadata: {name: node-h, labels: {gpu: h100}}, status: {allocatable: "
                   "{nvidia.com/gpu: 100}, conditions: [{type: Ready, status: \"True\"}]}}");
    scene_put_text(scene, RESOURCE_LOCAL_QUEUE,
                   "{metadata: {name: research, namespace: team, uid: research}, spec: "
                   "{clusterQueue: main}}");
    scene_put_queue(scene, strategy, a100, h100);
    scene_refresh(scene);
}

static inline void scene_release(struct scene *scene)
{
    cluster_destroy(scene->cluster);
    configuration_unref(scene->configuration);
}
#define auto_scene __attribute__((cleanup(scene_release)))

static inline struct admission *make_admission(const char *workload, const char *flavor,
                                               int64_t count, int64_t gpus)
{
    struct admission *admission = NULL;
    json_auto_t *json =
        json_pack("{s:s, s:s, s:s, s:[{s:s, s:I, s:{s:[s, I]}}]}", "workload", workload,
                  "clusterQueue", "main", "localQueue", "research", "podSets", "name", "main",
                  "count", (json_int_t)count, "flavors", GPU, flavor, (json_int_t)gpus);

    cr_assert(admission_decode(json, &admission, NULL));
    return admission;
}

static inline char *subject_admission_text(const struct subject *subject)
{
    if (subject->holds_as == NULL) {
        return NULL;
    }
    auto_admission struct admission *admission = make_admission(
        subject->holds_as, subject->held_flavor != NULL ? subject->held_flavor : "a100",
        subject->held_count != 0 ? subject->held_count : 1,
        subject->held_gpus != 0 ? subject->held_gpus : subject->gpus);
    json_auto_t *json = admission_encode(admission);

    return json_dumps(json, JSON_COMPACT);
}

static inline json_t *subject_metadata(struct scene *scene, const struct subject *subject,
                                       const char *stopped)
{
    auto_free char *admission = subject_admission_text(subject);
    auto_free char *version =
        text_format("%" PRIu64, subject->version != 0 ? subject->version : ++scene->version);
    auto_free char *arrival =
        subject->arrival_us != 0 ? text_format("%" PRId64, subject->arrival_us) : NULL;
    json_t *metadata = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:{s:s*}, s:{s:s*, s:s*, s:s*, s:s*, s:s*}}", "name",
        subject->name, "uid", subject->name, "namespace", "team", "resourceVersion", version,
        "creationTimestamp", "2026-01-01T00:00:00Z", "labels", "kueue.x-k8s.io/queue-name",
        subject->queue, "annotations", "gpuaas.dev/arrival", arrival, "gpuaas.dev/owner",
        subject->owner, "gpuaas.dev/admission", admission, "opendatahub.io/hardware-profile-name",
        subject->profile, "kubeflow-resource-stopped", stopped);

    cr_assert_not_null(metadata);
    if (subject->of_kind != NULL) {
        json_object_set_new(metadata, "ownerReferences",
                            json_pack("[{s:s, s:s, s:s, s:s, s:b}]", "apiVersion", "v1", "kind",
                                      subject->of_kind, "name", subject->of, "uid", subject->of,
                                      "controller", 1));
    }
    if (subject->is_deleting) {
        json_object_set_new(metadata, "deletionTimestamp", json_string("2026-01-01T00:00:01Z"));
    }
    return metadata;
}

static inline json_t *subject_pod_spec(const struct subject *subject)
{
    json_t *spec =
        json_pack("{s:[{s:s, s:{s:{s:I}}}], s:s*}", "containers", "name", "main", "resources",
                  "limits", GPU, (json_int_t)subject->gpus, "nodeName", subject->node);

    if (subject->selector != NULL) {
        json_object_set_new(spec, "nodeSelector", json_pack("{s:s}", "gpu", subject->selector));
    }
    return spec;
}

static inline json_t *subject_pod(struct scene *scene, const struct subject *subject)
{
    json_t *spec = subject_pod_spec(subject);

    if (subject->is_waiting) {
        json_object_set_new(spec, "schedulingGates",
                            json_pack("[{s:s}]", "name", "kueue.x-k8s.io/admission"));
    }
    return json_pack("{s:o, s:o, s:{s:s*}}", "metadata", subject_metadata(scene, subject, NULL),
                     "spec", spec, "status", "phase", subject->phase);
}

static inline void scene_put_pod(struct scene *scene, const struct subject *subject)
{
    scene_put_take(scene, RESOURCE_POD, subject_pod(scene, subject));
}

static inline void scene_put_job(struct scene *scene, const struct subject *subject)
{
    json_t *conditions = json_array();

    if (subject->condition != NULL) {
        json_array_append_new(
            conditions, json_pack("{s:s, s:s}", "type", subject->condition, "status", "True"));
    }
    scene_put_take(scene, RESOURCE_JOB,
                   json_pack("{s:o, s:{s:b, s:I, s:{s:o}}, s:{s:o}}", "metadata",
                             subject_metadata(scene, subject, NULL), "spec", "suspend",
                             subject->is_waiting, "parallelism",
                             (json_int_t)(subject->parallelism != 0 ? subject->parallelism : 1),
                             "template", "spec", subject_pod_spec(subject), "status", "conditions",
                             conditions));
}

static inline void scene_put_notebook(struct scene *scene, const struct subject *subject)
{
    scene_put_take(scene, RESOURCE_NOTEBOOK,
                   json_pack("{s:o, s:{s:{s:o}}}", "metadata",
                             subject_metadata(scene, subject, subject->is_waiting ? "now" : NULL),
                             "spec", "template", "spec", subject_pod_spec(subject)));
}

/* `of`: the Notebook that owns it, or NULL. */
static inline void scene_put_statefulset(struct scene *scene, const char *name, const char *of,
                                         int64_t replicas)
{
    const struct subject subject = {
        .name = name, .of_kind = of != NULL ? "Notebook" : NULL, .of = of};

    scene_put_take(scene, RESOURCE_STATEFULSET,
                   json_pack("{s:o, s:{s:I}}", "metadata", subject_metadata(scene, &subject, NULL),
                             "spec", "replicas", (json_int_t)replicas));
}

/* The Workload object of `owner`; gpus 0: it admits nothing. */
static inline void scene_put_record(struct scene *scene, const char *owner, int64_t arrival_us,
                                    int64_t gpus)
{
    auto_free char *name = text_format("record-%s", owner);
    const struct subject subject = {
        .name = name, .arrival_us = arrival_us, .of_kind = "Notebook", .of = owner};
    json_t *json =
        json_pack("{s:o, s:{s:b}, s:{}}", "metadata", subject_metadata(scene, &subject, NULL),
                  "spec", "active", 1, "status");

    if (gpus > 0) {
        auto_admission struct admission *admission = make_admission(owner, "a100", 1, gpus);
        json_object_set_new(json_object_get(json, "status"), "admission",
                            admission_encode_status(admission));
        json_object_set_new(json_object_get(json, "status"), "conditions",
                            json_pack("[{s:s, s:s}, {s:s, s:s}]", "type", "QuotaReserved", "status",
                                      "True", "type", "Admitted", "status", "True"));
    }
    scene_put_take(scene, RESOURCE_WORKLOAD, json);
}

static inline int64_t scene_used(const struct scene *scene, const char *flavor)
{
    auto_usage struct usage used = {0};

    ledger_get_used(scene->cluster->ledger, "main", &used);
    return usage_get(&used, flavor, GPU);
}

static inline struct workload *scene_workload(const struct scene *scene, const char *uid)
{
    struct workload *workload = cluster_find_workload(scene->cluster, uid);

    cr_assert_not_null(workload, "%s", uid);
    return workload;
}
