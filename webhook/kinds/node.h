/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "base/string_map.h"

/* A Node: which flavors it belongs to. */
struct node {
    char *name;
    struct string_map labels;
    bool is_ready;
};

must_check bool node_decode(const json_t *json, struct node **out_node, struct error *error);
void node_destroy(struct node *node);
