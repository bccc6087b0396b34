/* SPDX-License-Identifier: Apache-2.0 */

/*
 * YAML to each decoder, whatever its kind says: an object or at least one mistake, never neither,
 * and of a policy never both; every finding has a path and a message; no amount is negative.
 */
#include "base/text.h"
#include "policy/objects/admission.h"
#include "policy/objects/admission_check.h"
#include "policy/objects/cluster_node.h"
#include "policy/objects/cohort.h"
#include "policy/objects/configuration.h"
#include "policy/objects/document.h"
#include "policy/objects/local_queue.h"
#include "policy/objects/priority_class.h"
#include "policy/objects/resource_flavor.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/json_mutator.h"

static void check_findings(const char *kind, const struct findings *findings)
{
    array_for_each(finding, findings) {
        fuzz_expect(finding->path != NULL && finding->message != NULL &&
                        finding->message[0] != '\0',
                    "a finding about a %s", kind);
    }
}

static void check_amounts(const struct resources *resources)
{
    array_for_each(item, resources) {
        fuzz_expect(item->amount >= 0, "%s is %lld", item->name, (long long)item->amount);
    }
}

static void check_groups(const struct resource_group_list *groups)
{
    array_for_each(group, groups) {
        array_for_each(quota, &group->flavors) {
            check_amounts(&quota->nominal);
            check_amounts(&quota->borrowing_limit);
            check_amounts(&quota->lending_limit);
            fuzz_expect(quota->nominal.count == group->covered_resources.count,
                        "flavor '%s' has %zu of %zu resources", quota->flavor, quota->nominal.count,
                        group->covered_resources.count);
        }
    }
}

static void check_cluster_queue(const struct cluster_queue *queue)
{
    check_groups(&queue->resource_groups);
    fuzz_expect(queue->fair_weight_milli >= 0, "a weight of %lld",
                (long long)queue->fair_weight_milli);
}

static void check_cohort(const struct cohort *cohort)
{
    check_groups(&cohort->resource_groups);
    fuzz_expect(cohort->fair_weight_milli >= 0, "a weight of %lld",
                (long long)cohort->fair_weight_milli);
}

static void check_local_queue(const struct local_queue *queue)
{
    fuzz_expect(queue->max_gpus >= 0, "a cap of %lld", (long long)queue->max_gpus);
}

static void check_configuration(const struct configuration *configuration)
{
    fuzz_expect(configuration->managed_resources.count > 0, "nothing is managed");
}

static void check_name(const char *name)
{
    fuzz_expect(name != NULL && name[0] != '\0', "an object without a name");
}

static void check_admission_check(const struct admission_check *check)
{
    check_name(check->name);
}

static void check_priority_class(const struct priority_class *class)
{
    check_name(class->name);
}

static void check_resource_flavor(const struct resource_flavor *flavor)
{
    check_name(flavor->name);
}

/* Defines decode_<kind>(). */
#define DEFINE_DECODE(kind)                                                                        \
    static void decode_##kind(const json_t *object)                                                \
    {                                                                                              \
        auto_findings struct findings findings = {0};                                              \
        struct kind *decoded = NULL;                                                               \
        bool is_decoded = kind##_decode(object, &findings, &decoded);                              \
                                                                                                   \
        check_findings(#kind, &findings);                                                          \
        fuzz_expect(is_decoded == (findings_first_mistake(&findings) == NULL), "a " #kind);        \
                                                                                                   \
        fuzz_expect(is_decoded == (decoded != NULL), "a " #kind);                                  \
        if (is_decoded) {                                                                          \
            check_##kind(decoded);                                                                 \
            kind##_destroy(decoded);                                                               \
        }                                                                                          \
    }

DEFINE_DECODE(admission_check)

DEFINE_DECODE(cluster_queue)
DEFINE_DECODE(cohort)
DEFINE_DECODE(configuration)
DEFINE_DECODE(local_queue)
DEFINE_DECODE(priority_class)
DEFINE_DECODE(resource_flavor)

/* A Node is taken as it is, but for what cannot be read. */
static void decode_cluster_node(const json_t *object)
{
    auto_findings struct findings findings = {0};
    struct cluster_node *node = NULL;
    bool is_decoded = cluster_node_decode(object, &findings, &node);

    check_findings("node", &findings);
    fuzz_expect(is_decoded == (node != NULL), "a node");
    if (!is_decoded) {
        fuzz_expect(findings_first_mistake(&findings) != NULL, "a node is refused without a word");
        return;
    }
    check_amounts(&node->allocatable);
    fuzz_expect(cluster_node_equal(node, node), "a node is not like itself");
    cluster_node_destroy(node);
}

static void check_admission(const struct admission *admission)
{
    array_for_each(set, &admission->pod_sets) {
        fuzz_expect(set->count >= 0, "%lld pods", (long long)set->count);
        array_for_each(assignment, &set->assignments) {
            fuzz_expect(assignment->amount >= 0, "%lld of %s", (long long)assignment->amount,
                        assignment->resource);
        }
    }
}

/* What was decoded is encoded and decoded once more, and is the same. */
static void decode_admission(const json_t *object)
{
    struct error error = {0};
    auto_admission struct admission *first = NULL;
    auto_admission struct admission *second = NULL;

    if (!admission_decode(object, &first, &error)) {
        fuzz_expect(error.message[0] != '\0', "an admission is refused without a word");
        return;
    }
    check_admission(first);
    json_auto_t *encoded = admission_encode(first);
    fuzz_expect(admission_decode(encoded, &second, &error), "%s", error.message);
    json_auto_t *encoded_again = admission_encode(second);
    fuzz_expect(json_equal(encoded, encoded_again), "an admission changes when it is copied");
}

static void decode_admission_status(const json_t *object)
{
    struct error error = {0};
    auto_admission struct admission *admission = NULL;

    if (!admission_decode_status(object, &admission, &error)) {
        fuzz_expect(error.message[0] != '\0', "an admission is refused without a word");
        return;
    }
    check_admission(admission);
    json_auto_t *encoded = admission_encode_status(admission);
    fuzz_expect(encoded != NULL, "an admission that cannot be written");
}

static void decode_pod_spec(const json_t *object)
{
    auto_pod_spec struct pod_spec spec = {0};

    pod_spec_decode(object, &spec);
    array_for_each(toleration, &spec.tolerations) {
        json_auto_t *encoded = toleration_encode(toleration);
        fuzz_expect(encoded != NULL && toleration_covers(toleration, toleration),
                    "a toleration of '%s'", toleration->key);
    }
}

static void (*const decoders[])(const json_t *object) = {
    decode_admission,     decode_admission_check, decode_admission_status, decode_cluster_node,
    decode_cluster_queue, decode_cohort,          decode_configuration,    decode_local_queue,
    decode_pod_spec,      decode_priority_class,  decode_resource_flavor,
};

/* Changes one of the documents; the others are left out. */
static size_t mutate(uint8_t *bytes, size_t size_bytes, size_t size_bytes_max, unsigned seed)
{
    struct document_list documents = {0};
    struct document_mistake mistake;
    size_t written_bytes = 0;

    if (document_scan_all((const char *)bytes, size_bytes, &documents, &mistake) &&
        documents.count > 0) {
        json_auto_t *root = json_deep_copy(document_root(documents.items[seed % documents.count]));
        json_mutate(root, seed);
        written_bytes = json_mutator_write(root, bytes, size_bytes_max);
    }
    document_list_release(&documents);
    return written_bytes;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size_bytes, size_t size_bytes_max,
                               unsigned seed)
{
    size_t written_bytes = seed % 4 != 0 ? mutate(bytes, size_bytes, size_bytes_max, seed) : 0;

    return written_bytes > 0 ? written_bytes : LLVMFuzzerMutate(bytes, size_bytes, size_bytes_max);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    struct document_list documents = {0};
    struct document_mistake mistake;

    if (!document_scan_all((const char *)bytes, size_bytes, &documents, &mistake)) {
        return 0;
    }
    array_for_each(document, &documents) {
        for (size_t i = 0; i < ARRAY_LENGTH(decoders); i++) {
            decoders[i](document_root(*document));
        }
    }
    document_list_release(&documents);
    return 0;
}
