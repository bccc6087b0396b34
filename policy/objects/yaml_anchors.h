/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "base/array.h"

struct yaml_anchor {
    char *name;
    json_t *value;
    size_t node_count; /* what a copy costs */
    size_t height;     /* 1: a scalar */
};

/* The anchors of one document so far, valid when zeroed. */
struct yaml_anchors ARRAY_OF(struct yaml_anchor);

/* Takes a reference to the value. */
void yaml_anchors_add(struct yaml_anchors *anchors, const char *name, json_t *value);

/* The latest of that name, or NULL. */
const struct yaml_anchor *yaml_anchors_find(const struct yaml_anchors *anchors, const char *name);
void yaml_anchors_release(struct yaml_anchors *anchors);
