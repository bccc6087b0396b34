/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/cluster_node.h"
#include "policy/objects/cluster_queue.h"
#include "policy/objects/cohort.h"
#include "policy/objects/configuration.h"
#include "policy/objects/document.h"
#include "policy/objects/local_queue.h"
#include "policy/objects/resource_flavor.h"

/* Something to tell whoever wrote a file. */
struct inspection_remark {
    enum inspection_severity {
        INSPECTION_MISTAKE, /* it cannot be used as it is */
        INSPECTION_WARNING, /* it can, and may not do what was meant */
    } severity;
    char *file; /* borrowed */
    struct document_position position;
    char *message;
    size_t file_number; /* in the order of adding */
};

enum inspection_kind {
    INSPECTION_RESOURCE_FLAVOR,
    INSPECTION_COHORT,
    INSPECTION_CLUSTER_QUEUE,
    INSPECTION_LOCAL_QUEUE,
    INSPECTION_ADMISSION_CHECK,
    INSPECTION_WORKLOAD_PRIORITY_CLASS,
    INSPECTION_PRIORITY_CLASS,
    INSPECTION_CONFIGURATION,
    INSPECTION_KIND_COUNT,
};

/* One object that was inspected. */
struct inspected {
    enum inspection_kind kind;
    const struct document *document;
    size_t file_number;
    char *prefix;      /* of its paths in the document: "items[2]"; mostly empty */
    json_t *object;    /* with a head even where the document has none */
    bool is_spec_only; /* the document is what belongs under `spec` */
    bool has_no_name;  /* a fragment, which others cannot refer to */
    /* What it says, owned; NULL if it is of another kind or has mistakes. */
    struct resource_flavor *flavor;
    struct cohort *cohort;
    struct cluster_queue *cluster_queue;
    struct local_queue *local_queue;
    struct configuration *configuration;
};

/*
 * Looks at manifests as a whole: the objects of Kueue, Kubernetes' priority classes and our
 * Configuration, each by its own rules, and what they say of each other and of the nodes of a
 * cluster. Valid when zeroed: add texts, finish, read, release.
 *
 * A document without a head (apiVersion, kind, metadata) that looks like an object of Kueue or its
 * spec is a fragment and is checked as such.
 */
struct inspection {
    struct inspection_remarks ARRAY_OF(struct inspection_remark) remarks; /* in order of place */
    size_t mistake_count;
    size_t warning_count;
    size_t counts[INSPECTION_KIND_COUNT];
    size_t file_count; /* without that of the nodes */
    struct inspected_list ARRAY_OF(struct inspected) objects;
    struct inspection_skipped ARRAY_OF(const json_t *) skipped; /* of other kinds; borrowed */
    struct cluster_node_list nodes;
    bool has_nodes; /* the nodes of the cluster are known */
    struct inspection_files ARRAY_OF(char *) files;
    struct document_list documents;
};

void inspection_add_text(struct inspection *inspection, const char *file, const char *text,
                         size_t size_bytes);

/* Adds the nodes of the cluster, as `kubectl get nodes -o yaml` prints them. */
void inspection_add_nodes(struct inspection *inspection, const char *file, const char *text,
                          size_t size_bytes);

/* Checks the objects against each other and the nodes, and sorts the remarks. */
void inspection_finish(struct inspection *inspection);
void inspection_release(struct inspection *inspection);

/* The first object of that kind and name, fragments left out; NULL if there is none. Borrowed. */
const struct inspected *inspection_find(const struct inspection *inspection,
                                        enum inspection_kind kind, const char *name);
const char *inspection_kind_name(enum inspection_kind kind);

MEMORY_DEFINE_AUTO_RELEASE(inspection)
#define auto_inspection __attribute__((cleanup(inspection_auto_release)))
