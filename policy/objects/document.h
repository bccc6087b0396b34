/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "base/array.h"
#include "base/error.h"

struct document_position {
    int line; /* from 1 */
    int column;
};

/* One YAML (or JSON) document of a file, with the place of each of its fields. */
struct document;
struct document_list ARRAY_OF(struct document *);

/* Why a text could not be read, and where. */
struct document_mistake {
    struct document_position position;
    char message[256];
};

enum { DOCUMENT_BYTES_MAX = 16 * 1024 * 1024, DOCUMENT_DEPTH_MAX = 100 };

/* Parses all documents of a text (YAML 1.2 as Kubernetes reads it); empty ones are left out.
 * Duplicate keys are mistakes; aliases are copied, within bounds. */
must_check bool document_scan_all(const char *text, size_t size_bytes,
                                  struct document_list *out_documents,
                                  struct document_mistake *out_mistake);

/* The same with an error that carries 'line N, column M'. */
must_check bool document_parse_all(const char *text, size_t size_bytes,
                                   struct document_list *out_documents, struct error *error);
must_check bool document_load_all(const char *path, struct document_list *out_documents,
                                  struct error *error);
void document_list_release(struct document_list *documents);

/* Borrowed. */
const json_t *document_root(const struct document *document);

/* Where the field is; the nearest parent if the path itself is absent. */
struct document_position document_find_position(const struct document *document, const char *path);
