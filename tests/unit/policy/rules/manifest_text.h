/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <criterion/criterion.h>

#include "base/text.h"
#include "policy/rules/inspection.h"

/* Manifests as texts, put together from a few parts. */
#define NEXT "---\n"
#define HEAD(kind) "apiVersion: kueue.x-k8s.io/v1beta1\nkind: " kind "\n"
#define FLAVOR(name) HEAD("ResourceFlavor") "metadata: {name: " name "}\n"
#define QUEUE(name, flavor)                                                                        \
    HEAD("ClusterQueue")                                                                           \
    "metadata: {name: " name "}\n"                                                                 \
    "spec:\n"                                                                                      \
    "  resourceGroups:\n"                                                                          \
    "  - coveredResources: [nvidia.com/gpu]\n"                                                     \
    "    flavors: [{name: " flavor ", resources: [{name: nvidia.com/gpu, nominalQuota: 1}]}]\n"
#define LOCAL_QUEUE(metadata, cluster_queue)                                                       \
    HEAD("LocalQueue") "metadata: {" metadata "}\nspec: {clusterQueue: " cluster_queue "}\n"
#define COHORT(name, spec) HEAD("Cohort") "metadata: {name: " name "}\nspec: {" spec "}\n"
#define NAMESPACE(name, labels)                                                                    \
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: " name ", labels: {" labels "}}\n"

/* The remarks as `check` prints them, a line each; owned by the caller. */
static inline char *format_remarks(const struct inspection *inspection)
{
    struct text text = {0};

    array_for_each(remark, &inspection->remarks) {
        text_append_format(
            &text, "%s:%d:%d: %s%s\n", remark->file, remark->position.line, remark->position.column,
            remark->severity == INSPECTION_WARNING ? "warning: " : "", remark->message);
    }
    return text_take(&text);
}

static inline void add_text(struct inspection *inspection, const char *file, const char *text)
{
    inspection_add_text(inspection, file, text, strlen(text));
}

static inline void expect_remarks(struct inspection *inspection, const char *expected)
{
    inspection_finish(inspection);
    auto_free char *found = format_remarks(inspection);
    cr_assert_str_eq(found, expected);
    cr_assert_eq(inspection->mistake_count + inspection->warning_count, inspection->remarks.count);
}

/* What is told of one file. */
static inline void expect_of_file(const char *text, const char *expected)
{
    auto_inspection struct inspection inspection = {0};

    add_text(&inspection, "a.yaml", text);
    expect_remarks(&inspection, expected);
}

/* What is told of one file on a cluster with these nodes. */
static inline void expect_on_nodes(const char *text, const char *nodes, const char *expected)
{
    auto_inspection struct inspection inspection = {0};

    add_text(&inspection, "a.yaml", text);
    inspection_add_nodes(&inspection, "nodes.yaml", nodes, strlen(nodes));
    expect_remarks(&inspection, expected);
}
