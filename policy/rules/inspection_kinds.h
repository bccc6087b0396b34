/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/inspection.h"

/* The API group of a kind. */
struct inspection_group {
    const char *prefix;          /* "kueue.x-k8s.io/" */
    const char *const *versions; /* whole, "kueue.x-k8s.io/v1beta1"; ends with NULL */
};

extern const struct inspection_group inspection_group_kueue;

/* Kueue's kinds, those that are not inspected included; ends with NULL. */
extern const char *const inspection_kueue_kinds[];

const struct inspection_group *inspection_kind_group(enum inspection_kind kind);

/* What a kind is recognised by: its name, or else the field of its spec that gives it away.
 * INSPECTION_KIND_COUNT: nothing that is inspected. */
enum inspection_kind inspection_kind_find(const char *name);
enum inspection_kind inspection_kind_guess(const json_t *spec);

/* Decodes the object by the rules of its kind into `inspected`. */
void inspection_kind_decode(struct inspected *inspected, struct findings *findings);
