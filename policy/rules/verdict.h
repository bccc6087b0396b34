/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/shortage.h"

/* The granular reason while waitForPodsReady.blockAdmission holds the starts back. */
#define VERDICT_REASON_PODS_READY "WaitingForPodsReady"

enum verdict_kind {
    VERDICT_FITS,
    VERDICT_WAITS,        /* fits once somebody lets go */
    VERDICT_INADMISSIBLE, /* cannot fit until something changes */
};

/* The answer of a rule about one workload, with the words for it. */
struct verdict {
    enum verdict_kind kind;
    const char *reason; /* granular, a constant: "WaitingForQuota" …; NULL if it fits */
    char *message;      /* Kueue's wording, for conditions; NULL if it fits */
    char *advice;       /* for the user at the prompt; NULL if there is nothing to add */
};

void verdict_release(struct verdict *verdict);

/* Replaces the verdict; the texts are copied and may be NULL; the reason is a constant. */
void verdict_set(struct verdict *verdict, enum verdict_kind kind, const char *reason,
                 const char *message, const char *advice);
void verdict_copy(const struct verdict *verdict, struct verdict *out_copy);

/* Replaces the verdict by one whose words are those of the shortages. */
void verdict_set_shortages(struct verdict *verdict, enum verdict_kind kind, const char *reason,
                           const struct shortages *shortages);

/* The granular reason of a verdict of that kind, by the shortages from `first` on: of those that
 * make it so, the one that is nearest to being mended. NULL if none does. */
const char *verdict_reason(enum verdict_kind kind, const struct shortages *shortages, size_t first);

MEMORY_DEFINE_AUTO_RELEASE(verdict)
#define auto_verdict __attribute__((cleanup(verdict_auto_release)))
