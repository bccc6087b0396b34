/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/admission/arrival_clock.h"
#include "webhook/admission/decision.h"
#include "webhook/admission/review.h"
#include "webhook/cluster/snapshot.h"

/* What both webhook calls look at. Shared by the http threads; slot and clock guard themselves. */
struct admission_context {
    struct snapshot_slot *snapshots;
    struct arrival_clock arrivals;
};

/* One call, decided: the answer to send, and what is to be told about it. */
struct admission_outcome {
    struct review review;
    struct decision decision;
    char *answer; /* an AdmissionReview; owned */
};

void admission_outcome_release(struct admission_outcome *outcome);

/* The mutating and the validating call. They fail only if the body is no review: the error is one
 * sentence for the sender, and *out_outcome is untouched. */
must_check bool admission_mutate(struct admission_context *context, struct text_view body,
                                 int64_t now_us, struct admission_outcome *out_outcome,
                                 struct error *error);
must_check bool admission_validate(struct admission_context *context, struct text_view body,
                                   int64_t now_us, struct admission_outcome *out_outcome,
                                   struct error *error);

MEMORY_DEFINE_AUTO_RELEASE(admission_outcome)
#define auto_admission_outcome __attribute__((cleanup(admission_outcome_auto_release)))
