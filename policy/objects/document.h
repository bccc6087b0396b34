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

/* Parses all documents of a text; empty ones are left out. Errors carry 'line N, column M'. */
must_check bool document_parse_all(const char *text, size_t size_bytes,
                                   struct document_list *out_documents, struct error *error);
must_check bool document_load_all(const char *path, struct document_list *out_documents,
                                  struct error *error);
void document_list_release(struct document_list *documents);

/* Borrowed. */
const json_t *document_root(const struct document *document);

/* Where the field is; the nearest parent if the path itself is absent. */
struct document_position document_find_position(const struct document *document,
                                                const char *path);
