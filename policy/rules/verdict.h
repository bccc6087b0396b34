/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "base/memory.h"

enum verdict_kind {
    VERDICT_FITS,
    VERDICT_WAITS,        /* fits once somebody lets go */
    VERDICT_INADMISSIBLE, /* cannot fit until something changes */
};

/* The answer of a rule about one workload, with the words for it. */
struct verdict {
    enum verdict_kind kind;
    char *message; /* Kueue's wording, for conditions; NULL if it fits */
    char *advice;  /* for the user at the prompt; NULL if there is nothing to add */
};

void verdict_release(struct verdict *verdict);

/* Replaces the verdict; the texts are copied and may be NULL. */
void verdict_set(struct verdict *verdict, enum verdict_kind kind, const char *message,
                 const char *advice);

MEMORY_DEFINE_AUTO_RELEASE(verdict)
#define auto_verdict __attribute__((cleanup(verdict_auto_release)))
