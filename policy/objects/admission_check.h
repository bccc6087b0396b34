/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/reference.h"
#include "policy/objects/findings.h"
#include <jansson.h>

/* kueue.x-k8s.io AdmissionCheck: something outside that must agree before admission. Immutable
 * once decoded. */
struct admission_check {
    struct reference references;
    char *name;
    char *controller_name;
    bool is_active; /* its condition Active */
};

bool admission_check_decode(const json_t *object, struct findings *findings,
                            struct admission_check **out_check);
void admission_check_destroy(struct admission_check *check);
REFERENCE_DEFINE(admission_check)
