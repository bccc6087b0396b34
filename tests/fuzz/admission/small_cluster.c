/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/admission/small_cluster.h"

#include "base/text.h"
#include "policy/objects/document.h"
#include "tests/fuzz/fuzz.h"

static const char manifests[] =
    "{kind: Namespace, metadata: {name: team, resourceVersion: '1',\n"
    "  labels: {kueue.openshift.io/managed: 'true'}}}\n"
    "---\n"
    "{kind: Namespace, metadata: {name: private-ai, resourceVersion: '2',\n"
    "  labels: {kueue.openshift.io/managed: 'true'}}}\n"
    "---\n"
    "{kind: Namespace, metadata: {name: other, resourceVersion: '3', labels: {a: b}}}\n"
    "---\n"
    "{kind: ResourceFlavor, metadata: {name: small}, spec: {nodeLabels: {pool: small},\n"
    "  tolerations: [{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]}}\n"
    "---\n"
    "{kind: ResourceFlavor, metadata: {name: large}, spec: {nodeLabels: {pool: large}}}\n"
    "---\n"
    "kind: ClusterQueue\n"
    "metadata: {name: research}\n"
    "spec:\n"
    "  cohortName: all\n"
    "  namespaceSelector: {}\n"
    "  queueingStrategy: StrictFIFO\n"
    "  resourceGroups:\n"
    "  - coveredResources: [cpu, nvidia.com/gpu]\n"
    "    flavors:\n"
    "    - name: small\n"
    "      resources: [{name: cpu, nominalQuota: 16}, {name: nvidia.com/gpu, nominalQuota: 1}]\n"
    "    - name: large\n"
    "      resources: [{name: cpu, nominalQuota: 48}, {name: nvidia.com/gpu, nominalQuota: 4}]\n"
    "---\n"
    "kind: ClusterQueue\n"
    "metadata: {name: full}\n"
    "spec:\n"
    "  cohortName: all\n"
    "  namespaceSelector: {}\n"
    "  resourceGroups:\n"
    "  - coveredResources: [nvidia.com/gpu]\n"
    "    flavors:\n"
    "    - name: large\n"
    "      resources: [{name: nvidia.com/gpu, nominalQuota: 8, borrowingLimit: 0}]\n"
    "---\n"
    "{kind: LocalQueue, metadata: {name: team-queue, namespace: team,\n"
    "  annotations: {kueue.x-k8s.io/default-queue: 'true'}}, spec: {clusterQueue: research}}\n"
    "---\n"
    "{kind: LocalQueue, metadata: {name: full-queue, namespace: team}, spec: {clusterQueue: "
    "full}}\n"
    "---\n"
    "{kind: LocalQueue, metadata: {name: private-ai-queue, namespace: private-ai},\n"
    "  spec: {clusterQueue: research}}\n";

static void add_namespace(struct directory *directory, const json_t *object)
{
    struct namespace_info *item = NULL;
    struct error error;

    fuzz_expect(namespace_info_decode(object, &item, &error), "%s", error.message);
    directory_add_namespace(directory, item);
    namespace_info_unref(item);
}

/* Defines add_<kind>(). */
#define DEFINE_ADD(kind, adder)                                                                    \
    static void add_##kind(struct directory *directory, const json_t *object)                      \
    {                                                                                              \
        auto_findings struct findings findings = {0};                                              \
        struct kind *item = NULL;                                                                  \
                                                                                                   \
        fuzz_expect(kind##_decode(object, &findings, &item), "%s: %s", findings.items[0].path,     \
                    findings.items[0].message);                                                    \
        adder(directory, item);                                                                    \
        kind##_unref(item);                                                                        \
    }

DEFINE_ADD(resource_flavor, directory_add_flavor)
DEFINE_ADD(cluster_queue, directory_add_cluster_queue)
DEFINE_ADD(local_queue, directory_add_local_queue)

static const struct {
    const char *kind;
    void (*add)(struct directory *directory, const json_t *object);
} adders[] = {
    {"Namespace", add_namespace},
    {"ResourceFlavor", add_resource_flavor},
    {"ClusterQueue", add_cluster_queue},
    {"LocalQueue", add_local_queue},
};

static const struct directory *create_directory(void)
{
    struct directory *directory = directory_create();
    struct document_list documents = {0};
    struct error error;

    fuzz_expect(document_parse_all(manifests, sizeof manifests - 1, &documents, &error), "%s",
                error.message);
    array_for_each(document, &documents) {
        const json_t *object = document_root(*document);
        const char *kind = json_string_value(json_object_get(object, "kind"));
        for (size_t i = 0; i < ARRAY_LENGTH(adders); i++) {
            if (text_equal(kind, adders[i].kind)) {
                adders[i].add(directory, object);
            }
        }
    }
    document_list_release(&documents);
    directory_seal(directory);
    return directory;
}

const struct snapshot *small_cluster_create(void)
{
    struct configuration *configuration = NULL;
    const struct directory *directory = create_directory();
    struct uid_set *holders = memory_allocate(sizeof *holders);
    auto_usage struct usage used = {0};

    fuzz_expect(configuration_decode(NULL, NULL, &configuration), "the defaults");
    array_append(&holders->uids, memory_copy_text(SMALL_CLUSTER_HOLDER));
    struct snapshot *snapshot = snapshot_create(configuration, directory, holders);
    snapshot->username = memory_copy_text(SMALL_CLUSTER_USERNAME);
    usage_add(&used, "large", "nvidia.com/gpu", 8);
    snapshot_count_used(snapshot, "full", &used);
    array_append(&snapshot->queues, ((struct queue_state){memory_copy_text("full"), 3}));
    configuration_unref(configuration);
    directory_unref(directory);
    uid_set_unref(holders);
    return snapshot;
}
