/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/document.h"
#include "policy/objects/findings.h"

/* Something wrong in a file, for whoever wrote it. */
struct inspection_mistake {
    char *file;
    struct document_position position;
    char *message;
    size_t file_number; /* in the order of adding */
};

enum inspection_kind {
    INSPECTION_RESOURCE_FLAVOR,
    INSPECTION_CLUSTER_QUEUE,
    INSPECTION_LOCAL_QUEUE,
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
};

/*
 * Looks at manifests as a whole: the objects of Kueue and our Configuration, each by its own rules,
 * and what they say of each other. Valid when zeroed: add texts, finish, read, release.
 *
 * A document without a head (apiVersion, kind, metadata) that looks like an object of Kueue or its
 * spec is a fragment and is checked as such.
 */
struct inspection {
    struct inspection_mistakes ARRAY_OF(struct inspection_mistake) mistakes; /* in order of place */
    size_t counts[INSPECTION_KIND_COUNT];
    size_t skipped_count; /* documents of other kinds */
    size_t file_count;
    struct inspected_list ARRAY_OF(struct inspected) objects;
    struct inspection_files ARRAY_OF(char *) files;
    struct document_list documents;
};

void inspection_add_text(struct inspection *inspection, const char *file, const char *text,
                         size_t size_bytes);

/* Checks the objects against each other and sorts the mistakes. */
void inspection_finish(struct inspection *inspection);
void inspection_release(struct inspection *inspection);

const char *inspection_kind_name(enum inspection_kind kind);

MEMORY_DEFINE_AUTO_RELEASE(inspection)
#define auto_inspection __attribute__((cleanup(inspection_auto_release)))
