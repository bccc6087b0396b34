/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reference.h"
#include "base/string_map.h"

/* A Namespace. Immutable once decoded. */
struct namespace_info {
    struct reference references;
    char *name;
    uint64_t resource_version;
    struct string_map labels;
    bool is_managed; /* by either of the two labels */
    bool is_deleting;
};

must_check bool namespace_info_decode(const json_t *json, struct namespace_info **out_namespace,
                                      struct error *error);
void namespace_info_destroy(struct namespace_info *namespace_info);
REFERENCE_DEFINE(namespace_info)
