/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "base/array.h"

/* Something that is wrong in an object: where (a field path such as
 * `spec.resourceGroups[0].flavors[1].name`), what, and how to mend it. */
struct finding {
    char *path;
    char *message;
    enum finding_kind {
        FINDING_MISTAKE,       /* the object cannot be used as it is */
        FINDING_UNKNOWN_FIELD, /* told by `check`; ignored in objects of the API server */
    } kind;
};

struct findings ARRAY_OF(struct finding);

void findings_release(struct findings *findings);

/* Adds a mistake; `findings` may be NULL, then nothing is kept. Returns false. */
bool findings_add(struct findings *findings, enum finding_kind kind, const char *path,
                  const char *message_format, ...) __attribute__((format(printf, 4, 5)));

/* The first mistake, or NULL; unknown fields do not count. */
const struct finding *findings_first_mistake(const struct findings *findings);

MEMORY_DEFINE_AUTO_RELEASE(findings)
#define auto_findings __attribute__((cleanup(findings_auto_release)))
