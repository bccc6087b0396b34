/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/inspection_kinds.h"

#include "base/text.h"
#include "policy/objects/admission_check.h"
#include "policy/objects/priority_class.h"

static const char *const kueue_versions[] = {"kueue.x-k8s.io/v1beta1", "kueue.x-k8s.io/v1beta2",
                                             NULL};
static const char *const scheduling_versions[] = {"scheduling.k8s.io/v1", NULL};
static const char *const our_versions[] = {CONFIGURATION_API_VERSION, NULL};

const struct inspection_group inspection_group_kueue = {"kueue.x-k8s.io/", kueue_versions};
static const struct inspection_group scheduling_group = {"scheduling.k8s.io/", scheduling_versions};
static const struct inspection_group our_group = {"config.gpuaas.dev/", our_versions};

const char *const inspection_kueue_kinds[] = {
    "ResourceFlavor",    "ClusterQueue",     "LocalQueue",
    "Workload",          "Cohort",           "WorkloadPriorityClass",
    "AdmissionCheck",    "Topology",         "ProvisioningRequestConfig",
    "MultiKueueCluster", "MultiKueueConfig", NULL,
};

static void decode_flavor(struct inspected *inspected, struct findings *findings)
{
    (void)resource_flavor_decode(inspected->object, findings, &inspected->flavor);
}

static void decode_cohort(struct inspected *inspected, struct findings *findings)
{
    (void)cohort_decode(inspected->object, findings, &inspected->cohort);
}

static void decode_cluster_queue(struct inspected *inspected, struct findings *findings)
{
    (void)cluster_queue_decode(inspected->object, findings, &inspected->cluster_queue);
}

static void decode_local_queue(struct inspected *inspected, struct findings *findings)
{
    (void)local_queue_decode(inspected->object, findings, &inspected->local_queue);
}

static void decode_admission_check(struct inspected *inspected, struct findings *findings)
{
    struct admission_check *check = NULL;

    (void)admission_check_decode(inspected->object, findings, &check);
    admission_check_destroy(check);
}

static void decode_priority_class(struct inspected *inspected, struct findings *findings)
{
    struct priority_class *class = NULL;

    (void)priority_class_decode(inspected->object, findings, &class);
    priority_class_destroy(class);
}

static void decode_configuration(struct inspected *inspected, struct findings *findings)
{
    (void)configuration_decode(inspected->object, findings, &inspected->configuration);
}

/* `telltale` is the field of the spec that gives away a fragment. */
static const struct kind {
    const char *name;
    const char *telltale;
    const struct inspection_group *group;
    void (*decode)(struct inspected *inspected, struct findings *findings);
} kinds[INSPECTION_KIND_COUNT] = {
    [INSPECTION_RESOURCE_FLAVOR] = {"ResourceFlavor", "nodeLabels", &inspection_group_kueue,
                                    decode_flavor},
    [INSPECTION_COHORT] = {"Cohort", "parentName", &inspection_group_kueue, decode_cohort},
    [INSPECTION_CLUSTER_QUEUE] = {"ClusterQueue", "resourceGroups", &inspection_group_kueue,
                                  decode_cluster_queue},
    [INSPECTION_LOCAL_QUEUE] = {"LocalQueue", "clusterQueue", &inspection_group_kueue,
                                decode_local_queue},
    [INSPECTION_ADMISSION_CHECK] = {"AdmissionCheck", "controllerName", &inspection_group_kueue,
                                    decode_admission_check},
    [INSPECTION_WORKLOAD_PRIORITY_CLASS] = {"WorkloadPriorityClass", NULL, &inspection_group_kueue,
                                            decode_priority_class},
    [INSPECTION_PRIORITY_CLASS] = {"PriorityClass", NULL, &scheduling_group, decode_priority_class},
    [INSPECTION_CONFIGURATION] = {"Configuration", NULL, &our_group, decode_configuration},
};

const char *inspection_kind_name(enum inspection_kind kind)
{
    return kinds[kind].name;
}

const struct inspection_group *inspection_kind_group(enum inspection_kind kind)
{
    return kinds[kind].group;
}

enum inspection_kind inspection_kind_find(const char *name)
{
    enum inspection_kind kind = 0;

    while (kind < INSPECTION_KIND_COUNT && !text_equal(kinds[kind].name, name)) {
        kind++;
    }
    return kind;
}

enum inspection_kind inspection_kind_guess(const json_t *spec)
{
    enum inspection_kind kind = 0;

    while (kind < INSPECTION_KIND_COUNT &&
           (kinds[kind].telltale == NULL || json_object_get(spec, kinds[kind].telltale) == NULL)) {
        kind++;
    }
    return kind;
}

void inspection_kind_decode(struct inspected *inspected, struct findings *findings)
{
    kinds[inspected->kind].decode(inspected, findings);
}
