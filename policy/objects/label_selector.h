/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/objects/pod_spec.h"

/* metav1.LabelSelector. Absent (null) selects nothing, empty selects everything. */
struct label_selector {
    bool is_present;
    struct string_map match_labels;
    struct label_requirement_list match_expressions;
};

void label_selector_release(struct label_selector *selector);
bool label_selector_decode(const json_t *selector, const char *path, struct findings *findings,
                           struct label_selector *out_selector);
bool label_selector_matches(const struct label_selector *selector, const struct string_map *labels);
