/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/field.h"

/* What of an object's metadata matters to us; embedded and valid when zeroed. */
struct metadata {
    char *name;           /* NULL after a mistake */
    char *namespace_name; /* empty if absent */
    struct string_map annotations;
};

/* Reads the outer fields of a Kubernetes object (apiVersion, kind, metadata, spec, status). */
void metadata_read(const struct field *object, struct metadata *out_metadata);

/* The same, without a look at the fields beside `metadata`. */
void metadata_read_only(const struct field *object, struct metadata *out_metadata);
void metadata_release(struct metadata *metadata);

MEMORY_DEFINE_AUTO_RELEASE(metadata)
#define auto_metadata __attribute__((cleanup(metadata_auto_release)))
